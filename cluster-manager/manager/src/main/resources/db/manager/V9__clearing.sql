-- When running work that may begin anew is moved off what a window covers.
alter table manager.maintenance add column clears timestamptz;
update manager.maintenance set clears = begins + interval '10 minutes';
alter table manager.maintenance alter column clears set not null;
