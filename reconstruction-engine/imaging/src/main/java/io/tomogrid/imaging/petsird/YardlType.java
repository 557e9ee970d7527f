package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.PetRawException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A type of a yardl schema. A value is a Long, Double, Boolean, String, null, float[] (vectors and arrays of float32), List (other
 * vectors and arrays, row by row), {@link YardlRecord} or, of a union with several types, a {@link Chosen}. Written, null stands for
 * zeros, empty texts and lists, and the first case of a union.
 */
sealed interface YardlType {
    Object read(YardlInput in) throws IOException, PetRawException;

    void write(YardlOutput out, Object value);

    /** Reads without keeping anything. */
    void skip(YardlInput in) throws IOException, PetRawException;

    /** A value of a union. @param tag of its type */
    record Chosen(String tag, Object value) {}

    /** Numbers, texts, dates; enumerations are int32 unless they say otherwise. */
    enum Primitive implements YardlType {
        BOOL,
        UNSIGNED,
        SIGNED,
        BYTE,
        FLOAT32,
        FLOAT64,
        STRING;

        private static final int LONGEST_TEXT = 1 << 20;

        @Override
        public Object read(YardlInput in) throws IOException, PetRawException {
            in.value();
            return switch (this) {
                case BOOL -> in.next() != 0;
                case BYTE -> (long) in.next();
                case UNSIGNED -> in.unsigned();
                case SIGNED -> in.signed();
                case FLOAT32 -> (double) in.float32();
                case FLOAT64 -> in.float64();
                case STRING -> in.string(LONGEST_TEXT);
            };
        }

        @Override
        public void skip(YardlInput in) throws IOException, PetRawException {
            read(in);
        }

        @Override
        public void write(YardlOutput out, Object value) {
            Number number = value instanceof Number given ? given : 0;
            switch (this) {
                case BOOL -> out.put(Boolean.TRUE.equals(value) ? 1 : 0);
                case BYTE -> out.put(number.intValue());
                case UNSIGNED -> out.unsigned(number.longValue());
                case SIGNED -> out.signed(number.longValue());
                case FLOAT32 -> out.float32(number.floatValue());
                case FLOAT64 -> out.float64(number.doubleValue());
                case STRING -> out.string(value == null ? "" : value.toString());
            }
        }
    }

    /** @param fields in their order */
    record Fields(String name, Map<String, YardlType> fields) implements YardlType {
        @Override
        public YardlRecord read(YardlInput in) throws IOException, PetRawException {
            in.value();
            Map<String, Object> values = new LinkedHashMap<>();
            for (Map.Entry<String, YardlType> field : fields.entrySet()) {
                values.put(field.getKey(), field.getValue().read(in));
            }
            return new YardlRecord(name, values);
        }

        @Override
        public void skip(YardlInput in) throws IOException, PetRawException {
            in.value();
            for (YardlType field : fields.values()) {
                field.skip(in);
            }
        }

        @Override
        public void write(YardlOutput out, Object value) {
            Map<?, ?> values = value == null ? Map.of() : (Map<?, ?>) value;
            fields.forEach((field, type) -> type.write(out, values.get(field)));
        }
    }

    /**
     * A vector or an array.
     *
     * @param lengths of its dimensions, −1 where the value says it; empty where it says how many dimensions there are too
     */
    record Sequence(YardlType item, List<Integer> lengths) implements YardlType {
        private static final int MOST_DIMENSIONS = 8;

        private long count(YardlInput in) throws IOException, PetRawException {
            int dimensions = lengths.isEmpty() ? in.index() : lengths.size();
            if (dimensions > MOST_DIMENSIONS) {
                throw in.fault("an array of " + dimensions + " dimensions");
            }
            long count = 1;
            for (int n = 0; n < dimensions; n++) {
                int length = lengths.isEmpty() || lengths.get(n) < 0 ? in.index() : lengths.get(n);
                count *= length;
                if (count > Integer.MAX_VALUE) {
                    throw in.fault("an array of " + count + " values");
                }
            }
            return count;
        }

        @Override
        public Object read(YardlInput in) throws IOException, PetRawException {
            in.value();
            long count = count(in);
            if (item == Primitive.FLOAT32) {
                float[] values = new float[(int) Math.min(count, 1 << 10)];
                for (int n = 0; n < count; n++) {
                    if (n == values.length) {
                        values = java.util.Arrays.copyOf(values, (int) Math.min(count, 2L * n));
                    }
                    values[n] = in.float32();
                }
                return values;
            }
            List<Object> values = new ArrayList<>();
            for (long n = 0; n < count; n++) {
                values.add(item.read(in));
            }
            return values;
        }

        @Override
        public void skip(YardlInput in) throws IOException, PetRawException {
            in.value();
            long count = count(in);
            for (long n = 0; n < count; n++) {
                item.skip(in);
            }
        }

        /** Of several dimensions, only those whose lengths the type says. */
        @Override
        public void write(YardlOutput out, Object value) {
            int fixed = 1;
            for (int length : lengths) {
                fixed *= length;
            }
            boolean open = lengths.size() == 1 && lengths.get(0) < 0;
            if (lengths.isEmpty() || fixed < 0 && !open) {
                throw new IllegalArgumentException("PETSIRD: arrays of unknown dimensions are not written");
            }
            float[] floats = value instanceof float[] given ? given : null;
            List<?> list = value instanceof List<?> given ? given : List.of();
            int count = floats != null ? floats.length : list.size();
            if (open) {
                out.unsigned(count);
            } else if (value != null && count != fixed) {
                throw new IllegalArgumentException("PETSIRD: expected " + fixed + " values, got " + count);
            }
            for (int n = 0; n < (open ? count : fixed); n++) {
                item.write(out, value == null ? null : floats != null ? (Object) floats[n] : list.get(n));
            }
        }
    }

    /** @param tags of the types @param types null where it may be nothing */
    record Union(List<String> tags, List<YardlType> types) implements YardlType {
        /** The type of the value that follows; −1 never. */
        int choice(YardlInput in) throws IOException, PetRawException {
            int choice = in.index();
            if (choice >= types.size()) {
                throw in.fault("type " + choice + " of a union of " + tags);
            }
            return choice;
        }

        @Override
        public Object read(YardlInput in) throws IOException, PetRawException {
            in.value();
            int choice = choice(in);
            YardlType type = types.get(choice);
            if (type == null) {
                return null;
            }
            Object value = type.read(in);
            return optional() ? value : new Chosen(tags.get(choice), value);
        }

        @Override
        public void skip(YardlInput in) throws IOException, PetRawException {
            in.value();
            YardlType type = types.get(choice(in));
            if (type != null) {
                type.skip(in);
            }
        }

        private boolean optional() {
            return types.size() == 2 && types.get(0) == null;
        }

        @Override
        public void write(YardlOutput out, Object value) {
            int choice = value instanceof Chosen chosen ? tags.indexOf(chosen.tag()) : value != null ? 1 : 0;
            out.unsigned(choice);
            if (types.get(choice) != null) {
                types.get(choice).write(out, value instanceof Chosen chosen ? chosen.value() : value);
            }
        }
    }
}
