-- How far the archive was read through, series by series, since a round began; and what was found damaged.
CREATE TABLE scrub (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    began      timestamptz,
    ended      timestamptz,
    study_uid  text NOT NULL DEFAULT '',
    series_uid text NOT NULL DEFAULT '',
    instances  bigint NOT NULL DEFAULT 0,
    bytes      bigint NOT NULL DEFAULT 0
);
INSERT INTO scrub DEFAULT VALUES;

CREATE TABLE damage (
    sop_instance_uid text PRIMARY KEY REFERENCES instance ON DELETE CASCADE,
    found            timestamptz NOT NULL,
    reason           text NOT NULL
);
