package io.tomogrid.imaging.interfile;

import io.tomogrid.imaging.pet.PetRawException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The keys of an Interfile header: in small letters, without exclamation marks, spaces as one, none before brackets. */
record InterfileHeader(Map<String, String> keys) {
    private static final int MOST_LINES = 10_000;

    /** Lines are {@code key := value}; what follows a semicolon is a remark. A key that comes again replaces the first. */
    static InterfileHeader of(String text) throws PetRawException {
        String[] lines = text.split("\r\n|\n|\r", MOST_LINES + 1);
        if (lines.length > MOST_LINES || !normal(lines[0].split(":=", 2)[0]).equals("interfile")) {
            throw new PetRawException("Interfile: the header does not begin with !INTERFILE :=");
        }
        Map<String, String> keys = new LinkedHashMap<>();
        for (String line : lines) {
            String[] parts = line.split(";", 2)[0].split(":=", 2);
            if (parts.length == 2) {
                keys.put(normal(parts[0]), parts[1].strip());
            }
        }
        return new InterfileHeader(keys);
    }

    static String normal(String key) {
        return key.replace("!", "")
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[ \t_]+", " ")
                .replaceAll(" *\\[ *", "[")
                .replaceAll(" *\\] *", "]")
                .strip();
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(keys.get(key)).filter(value -> !value.isEmpty());
    }

    String required(String key) throws PetRawException {
        return text(key).orElseThrow(() -> new PetRawException("Interfile: the key '" + key + "' is missing"));
    }

    double number(String key) throws PetRawException {
        return parsed(key, required(key));
    }

    double number(String key, double otherwise) throws PetRawException {
        Optional<String> value = text(key);
        return value.isPresent() ? parsed(key, value.get()) : otherwise;
    }

    int whole(String key) throws PetRawException {
        double value = number(key);
        if (value != (int) value) {
            throw new PetRawException("Interfile: " + key + ": expected a whole number, got " + value);
        }
        return (int) value;
    }

    /** Of a list in braces, or a single number. */
    double[] numbers(String key) throws PetRawException {
        String[] parts = required(key).replace("{", "").replace("}", "").strip().split("\\s*,\\s*");
        double[] numbers = new double[parts.length];
        for (int n = 0; n < numbers.length; n++) {
            numbers[n] = parsed(key, parts[n]);
        }
        return numbers;
    }

    /** The same of whole numbers. */
    int[] list(String key) throws PetRawException {
        double[] numbers = numbers(key);
        int[] list = new int[numbers.length];
        for (int n = 0; n < list.length; n++) {
            list[n] = (int) numbers[n];
            if (numbers[n] != list[n]) {
                throw new PetRawException("Interfile: " + key + ": expected whole numbers, got " + numbers[n]);
            }
        }
        return list;
    }

    private static double parsed(String key, String value) throws PetRawException {
        try {
            double number = Double.parseDouble(value);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // said below, as for NaN
        }
        throw new PetRawException("Interfile: " + key + ": expected a number, got '" + value + "'");
    }
}
