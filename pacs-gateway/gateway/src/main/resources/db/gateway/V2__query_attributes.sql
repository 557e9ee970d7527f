-- What a query asks for at each level. Text as it is in the data sets (dates and times without separators), empty when it
-- is not there. described: whether the header was read for them; rows of before are completed from the archive in the
-- background, see index/Describer.

-- patient_name_key: how names are compared, see index/NameKey
ALTER TABLE study
    ADD COLUMN described                boolean NOT NULL DEFAULT false,
    ADD COLUMN patient_name             text NOT NULL DEFAULT '',
    ADD COLUMN patient_name_key         text NOT NULL DEFAULT '',
    ADD COLUMN patient_birth_date       text NOT NULL DEFAULT '',
    ADD COLUMN patient_sex              text NOT NULL DEFAULT '',
    ADD COLUMN study_date               text NOT NULL DEFAULT '',
    ADD COLUMN study_time               text NOT NULL DEFAULT '',
    ADD COLUMN accession_number         text NOT NULL DEFAULT '',
    ADD COLUMN study_id                 text NOT NULL DEFAULT '',
    ADD COLUMN study_description        text NOT NULL DEFAULT '',
    ADD COLUMN referring_physician_name text NOT NULL DEFAULT '';
CREATE INDEX study_patient ON study (patient);
CREATE INDEX study_patient_name ON study (patient_name_key text_pattern_ops);
CREATE INDEX study_by_date ON study (study_date);
CREATE INDEX study_accession ON study (accession_number);

ALTER TABLE series
    ADD COLUMN described            boolean NOT NULL DEFAULT false,
    ADD COLUMN series_number        text NOT NULL DEFAULT '',
    ADD COLUMN series_description   text NOT NULL DEFAULT '',
    ADD COLUMN series_date          text NOT NULL DEFAULT '',
    ADD COLUMN series_time          text NOT NULL DEFAULT '',
    ADD COLUMN body_part_examined   text NOT NULL DEFAULT '',
    ADD COLUMN protocol_name        text NOT NULL DEFAULT '',
    ADD COLUMN procedure_start_date text NOT NULL DEFAULT '',
    ADD COLUMN procedure_start_time text NOT NULL DEFAULT '';
CREATE INDEX series_modality ON series (modality);

ALTER TABLE instance
    ADD COLUMN described        boolean NOT NULL DEFAULT false,
    ADD COLUMN instance_number  text NOT NULL DEFAULT '',
    ADD COLUMN content_date     text NOT NULL DEFAULT '',
    ADD COLUMN content_time     text NOT NULL DEFAULT '',
    ADD COLUMN number_of_frames text NOT NULL DEFAULT '',
    ADD COLUMN image_rows       text NOT NULL DEFAULT '',
    ADD COLUMN image_columns    text NOT NULL DEFAULT '',
    ADD COLUMN bits_allocated   text NOT NULL DEFAULT '';
CREATE INDEX instance_not_described ON instance (segment, start) WHERE NOT described;
