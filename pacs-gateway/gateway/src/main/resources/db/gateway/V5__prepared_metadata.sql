-- The metadata of series as they are answered, made ready when a study came to rest or got results. Nothing but a copy: what
-- is missing, or made when the series had fewer instances, is read from the archive and made anew.
-- instances: how many the series had; none is ever replaced or taken away, so as many are the same ones
-- packed: DICOM JSON, gzip; its bulk data URIs lack the service's root
CREATE TABLE prepared_metadata (
    study_uid  text NOT NULL,
    series_uid text NOT NULL,
    instances  integer NOT NULL,
    packed     bytea NOT NULL,
    PRIMARY KEY (study_uid, series_uid),
    FOREIGN KEY (study_uid, series_uid) REFERENCES series
);
-- it is packed already
ALTER TABLE prepared_metadata ALTER COLUMN packed SET STORAGE EXTERNAL;
