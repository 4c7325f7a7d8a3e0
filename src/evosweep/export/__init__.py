"""Write finished runs in other tools' formats: IOHprofiler, COCO, flat tables, RO-Crate."""
