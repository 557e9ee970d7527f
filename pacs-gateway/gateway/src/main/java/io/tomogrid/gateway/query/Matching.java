package io.tomogrid.gateway.query;

import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.RequestRefused;
import io.tomogrid.gateway.index.NameKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** How the values of a key match an attribute, PS3.4 section C.2.2.2. */
enum Matching {
    /** List of UID matching. */
    UID {
        @Override
        Condition condition(int tag, String expression, List<String> values) {
            return Condition.of(expression + " = ANY(?)", (Object) values.toArray(String[]::new));
        }
    },
    /** Single value and wild card matching; more values than one mean any of them. */
    TEXT {
        @Override
        Condition condition(int tag, String expression, List<String> values) {
            return anyOf(values, value -> like(expression, value));
        }
    },
    /** As text, without regard to case; each component group of a name stands for itself, too. */
    NAME {
        @Override
        Condition condition(int tag, String expression, List<String> values) {
            return anyOf(values, value -> {
                String key = NameKey.of(value);
                Condition whole = like(expression, key);
                if (key.indexOf('=') >= 0) {
                    return whole;
                }
                String pattern = pattern(key);
                return Condition.of(
                        "(" + whole.sql() + " OR " + expression + " LIKE ? OR " + expression + " LIKE ? OR "
                                + expression + " LIKE ?)",
                        whole.arguments().get(0),
                        pattern + "=%",
                        "%=" + pattern,
                        "%=" + pattern + "=%");
            });
        }
    },
    /** Numbers as text: 1 is 01. */
    NUMBER {
        @Override
        Condition condition(int tag, String expression, List<String> values) {
            return anyOf(
                    values,
                    value -> Condition.of(expression + " = ?", value.strip().replaceFirst("^\\+?0*(?=\\d)", "")));
        }
    },
    /** Single value and range matching of dates. */
    DATE {
        @Override
        Condition condition(int tag, String expression, List<String> values) throws RequestRefused {
            return range(tag, expression, values, value -> value.replace(".", ""), DATE_FORM, Matching::same);
        }
    },
    /** Single value and range matching of times; a time that is not given to the microsecond means all of it. */
    TIME {
        @Override
        Condition condition(int tag, String expression, List<String> values) throws RequestRefused {
            return range(
                    tag,
                    "rpad(replace(" + expression + ", '.', ''), 12, '0')",
                    values,
                    value -> value.replace(":", ""),
                    TIME_FORM,
                    (value, filling) -> {
                        String digits = value.replace(".", "");
                        return digits + String.valueOf(filling).repeat(12 - digits.length());
                    });
        }
    },
    /** Only returned. */
    NONE {
        @Override
        Condition condition(int tag, String expression, List<String> values) {
            return Condition.of("true");
        }
    };

    private static final Pattern DATE_FORM = Pattern.compile("\\d{8}");
    private static final Pattern TIME_FORM = Pattern.compile("\\d{2}(\\d{2}(\\d{2}(\\.\\d{1,6})?)?)?");

    /**
     * @param expression SQL that gives the attribute as text, empty when it has none
     * @param values of the key, none of them empty
     * @throws RequestRefused naming the key when its value cannot be understood
     */
    abstract Condition condition(int tag, String expression, List<String> values) throws RequestRefused;

    /** Empty values match everything, and so does a lone asterisk where there are wild cards. */
    Optional<Condition> match(int tag, String expression, List<String> values) throws RequestRefused {
        boolean universal = this == NONE
                || values.stream().allMatch(String::isBlank)
                || ((this == TEXT || this == NAME) && values.contains("*"));
        return universal
                ? Optional.empty()
                : Optional.of(condition(
                        tag,
                        expression,
                        values.stream().filter(v -> !v.isBlank()).toList()));
    }

    private interface One {
        Condition of(String value);
    }

    private interface Filling {
        String fill(String value, char digit);
    }

    private static Condition anyOf(List<String> values, One one) {
        List<String> sql = new ArrayList<>();
        List<Object> arguments = new ArrayList<>();
        for (String value : values) {
            Condition condition = one.of(value);
            sql.add(condition.sql());
            arguments.addAll(condition.arguments());
        }
        return new Condition("(" + String.join(" OR ", sql) + ")", arguments);
    }

    private static Condition like(String expression, String value) {
        return value.indexOf('*') < 0 && value.indexOf('?') < 0
                ? Condition.of(expression + " = ?", value)
                : Condition.of(expression + " LIKE ?", pattern(value));
    }

    private static String pattern(String value) {
        return value.replace("\\", "\\\\")
                .replace("%", "\\%")
                .replace("_", "\\_")
                .replace('*', '%')
                .replace('?', '_');
    }

    private static String same(String value, char digit) {
        return value;
    }

    private static Condition range(
            int tag,
            String expression,
            List<String> values,
            java.util.function.UnaryOperator<String> plain,
            Pattern form,
            Filling filling)
            throws RequestRefused {
        if (values.size() > 1) {
            throw malformed(tag);
        }
        String value = plain.apply(values.get(0).strip());
        int dash = value.indexOf('-');
        String from = dash < 0 ? value : value.substring(0, dash).strip();
        String to = dash < 0 ? value : value.substring(dash + 1).strip();
        if (from.isEmpty() && to.isEmpty()) {
            throw malformed(tag);
        }
        StringBuilder sql = new StringBuilder("(" + expression + " ~ '^\\d'");
        List<Object> arguments = new ArrayList<>();
        if (!from.isEmpty()) {
            sql.append(" AND ").append(expression).append(" >= ?");
            arguments.add(filling.fill(checked(tag, from, form), '0'));
        }
        if (!to.isEmpty()) {
            sql.append(" AND ").append(expression).append(" <= ?");
            arguments.add(filling.fill(checked(tag, to, form), '9'));
        }
        return new Condition(sql.append(')').toString(), arguments);
    }

    private static String checked(int tag, String value, Pattern form) throws RequestRefused {
        if (!form.matcher(value).matches()) {
            throw malformed(tag);
        }
        return value;
    }

    /** The value may be a patient's. */
    private static RequestRefused malformed(int tag) {
        return new RequestRefused(
                DimseStatus.IDENTIFIER_DOES_NOT_MATCH, Dictionary.keyword(tag) + ": no date, time or range of them");
    }
}
