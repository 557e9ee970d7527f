package io.tomogrid.manager;

import io.tomogrid.slices.SliceKey;

/** Two hosts, to a driver. */
record Both(AgentDouble first, AgentDouble second) implements SliceHost {
    private AgentDouble of(SliceKey key) {
        return key.host().equals("node1") ? first : second;
    }

    @Override
    public boolean exists(SliceKey key) {
        return of(key).exists(key);
    }

    @Override
    public boolean lock(SliceKey key) {
        return of(key).lock(key);
    }

    @Override
    public void unlock(SliceKey key) {
        of(key).unlock(key);
    }

    @Override
    public boolean hangs(SliceKey key) {
        return of(key).hangs(key);
    }
}
