-- What operators have said: it holds until they say otherwise, whichever manager is active.
create table manager.pause (
    scope  text        not null check (scope in ('QUEUE', 'PROTOCOL', 'SITE')),
    name   text        not null, -- of the protocol or the site, '' for the whole queue
    since  timestamptz not null,
    reason text        not null,
    primary key (scope, name)
);

-- From the begin on nothing new is placed there whose end is expected behind it.
create table manager.maintenance (
    id     bigint      generated always as identity primary key,
    host   text        not null,
    gpu    integer     not null, -- NVML index, -1 for every GPU of the host
    begins timestamptz not null,
    ends   timestamptz,          -- null until an operator ends it
    reason text        not null,
    check (ends > begins)
);

alter table manager.job
    add column halt      integer,                   -- an attempt that was cancelled, until the driver has been told
    add column sizing    text   not null default '', -- why it asks for as much memory as it asks for
    add column too_small bigint not null default 0;  -- bytes of a slice that were not enough
create index job_halt on manager.job (id) where halt is not null;

-- What attempts really took, for those to come; null where it was not measured.
alter table manager.attempt
    add column peak_bytes   bigint,
    add column series_bytes bigint;

-- Grows whenever a manager becomes the active one; who grants leases names the one that it had then.
create table manager.term (
    singleton boolean primary key default true check (singleton),
    term      bigint  not null
);
insert into manager.term (term) values (0);
