package io.tomogrid.inference.service;

import io.tomogrid.inference.runtime.ModelSession;

/**
 * A session with a count of its users, so that it is closed after the last of them and never under one. Born with one
 * user: the registry's pointer.
 */
final class ServedModel {
    private final ModelSession session;
    private int users = 1;

    ServedModel(ModelSession session) {
        this.session = session;
    }

    ModelSession session() {
        return session;
    }

    /** @return false if it has been closed already: take the registry's pointer again */
    synchronized boolean retain() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    void release() {
        synchronized (this) {
            users--;
            if (users > 0) {
                return;
            }
        }
        session.close();
    }
}
