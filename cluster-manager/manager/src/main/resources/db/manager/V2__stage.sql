-- What a running job is doing, as its driver says; empty in every other state.
alter table manager.job add column stage text not null default '';
