-- Who sent an instance: an AE title, or STOW-RS; empty for our own results, and for those from before this column.
ALTER TABLE instance ADD COLUMN calling_ae text NOT NULL DEFAULT '';
