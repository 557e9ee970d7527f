-- Since when a delivery waits for a destination that takes no association; such tries do not count as its attempts.
ALTER TABLE delivery ADD COLUMN unreachable_since timestamptz;
