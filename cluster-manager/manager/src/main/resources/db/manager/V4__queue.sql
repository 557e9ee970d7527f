-- What a site has in use, and has used of late, is counted in slices of both kinds.
alter table manager.lease add column compute_slices integer not null default 0;
create index lease_ended on manager.lease (ended);
