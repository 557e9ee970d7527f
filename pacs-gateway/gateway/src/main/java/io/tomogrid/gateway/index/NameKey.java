package io.tomogrid.gateway.index;

import java.util.Locale;

/** How person names are compared: in lower case, without the carets that end a component group (PS3.5 section 6.2.1). */
public final class NameKey {
    private NameKey() {}

    public static String of(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[\\s^]+(?==|$)", "");
    }
}
