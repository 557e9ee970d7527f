package io.tomogrid.gateway.index;

import io.tomogrid.archive.StoredRecord;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The series last written to the index, whose patient, study and series rows need not be tried again. For one thread. */
final class KnownSeries {
    private static final int MOST = 10_000;

    private final Set<Key> known = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > MOST;
        }
    });

    private record Key(String study, String series) {
        static Key of(StoredRecord stored) {
            return new Key(stored.meta().get(RecordMeta.STUDY), stored.meta().get(RecordMeta.SERIES));
        }
    }

    boolean contains(StoredRecord instance) {
        return known.contains(Key.of(instance));
    }

    /** Once their transaction has committed. */
    void committed(List<StoredRecord> instances) {
        instances.forEach(instance -> known.add(Key.of(instance)));
    }

    /** When the index did not hold what it was believed to. */
    void forget() {
        known.clear();
    }
}
