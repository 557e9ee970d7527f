-- Whose turn it is: the class of urgency, for which site, until when; and which batch wanted it ('' if the feed did).
alter table manager.job
    add column priority text not null default 'ROUTINE' check (priority in ('STAT', 'ROUTINE', 'BATCH')),
    add column site     text not null default '',
    add column deadline timestamptz,
    add column batch    text not null default '',
    drop constraint job_study_uid_revision_protocol_key,
    add constraint job_once unique (study_uid, revision, protocol, batch),
    drop constraint job_state_check,
    add constraint job_state_check check (state in
        ('QUEUED', 'LEASED', 'RUNNING', 'STORING', 'DELIVERING', 'DONE', 'FAILED', 'CANCELLED'));
drop index manager.job_active;
create index job_active on manager.job (ordinal) where state not in ('DONE', 'FAILED', 'CANCELLED');
