-- Digest of all that the last report told of an image, but for the time; empty where the rows may be others. An image of which
-- a report tells the same again is not written again.
ALTER TABLE image ADD COLUMN told TEXT NOT NULL DEFAULT '';
