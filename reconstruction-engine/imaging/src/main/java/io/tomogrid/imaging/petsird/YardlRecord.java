package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.PetRawException;
import java.util.List;
import java.util.Map;

/** The fields of a record that was read. A field that its writer's schema lacks is named. */
record YardlRecord(String name, Map<String, Object> values) {
    YardlRecord record(String field) throws PetRawException {
        return of(YardlRecord.class, field, value(field));
    }

    List<?> list(String field) throws PetRawException {
        return of(List.class, field, value(field));
    }

    float[] floats(String field) throws PetRawException {
        return of(float[].class, field, value(field));
    }

    double number(String field) throws PetRawException {
        return of(Number.class, field, value(field)).doubleValue();
    }

    boolean has(String field) {
        return values.get(field) != null;
    }

    private Object value(String field) throws PetRawException {
        if (!has(field)) {
            throw new PetRawException("PETSIRD: " + name + " has no " + field + ", which this release needs");
        }
        return values.get(field);
    }

    static <T> T of(Class<T> type, String what, Object value) throws PetRawException {
        if (!type.isInstance(value)) {
            throw new PetRawException("PETSIRD: " + what + " is of another type than this release knows");
        }
        return type.cast(value);
    }
}
