package io.tomogrid.gateway.query;

import java.util.List;

/** A part of a WHERE clause with its arguments. */
record Condition(String sql, List<Object> arguments) {
    Condition {
        arguments = List.copyOf(arguments);
    }

    static Condition of(String sql, Object... arguments) {
        return new Condition(sql, List.of(arguments));
    }
}
