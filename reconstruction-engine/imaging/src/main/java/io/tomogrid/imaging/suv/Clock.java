package io.tomogrid.imaging.suv;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** DA, TM and DT values (PS3.5 section 6.2), local time of the scanner. Malformed values count as absent. */
final class Clock {
    private static final Pattern DATE = Pattern.compile("(\\d{4})[.-]?(\\d{2})[.-]?(\\d{2})");
    private static final Pattern TIME = Pattern.compile("(\\d{2}):?(\\d{2})?:?(\\d{2})?(?:\\.(\\d{1,9}))?");
    private static final int DATE_LENGTH = 8;

    private Clock() {}

    static Optional<LocalDateTime> at(String date, String time) {
        return date(date).flatMap(d -> time(time).map(d::atTime));
    }

    /** The offset from UTC that a DT may end with is dropped: every other time of the image is local too. */
    static Optional<LocalDateTime> dateTime(String dt) {
        String local = dt.trim().replaceFirst("[+-]\\d{4}$", "");
        if (local.length() <= DATE_LENGTH) {
            return Optional.empty();
        }
        return at(local.substring(0, DATE_LENGTH), local.substring(DATE_LENGTH));
    }

    static Optional<LocalTime> time(String tm) {
        Matcher m = TIME.matcher(tm.trim());
        if (!m.matches()) {
            return Optional.empty();
        }
        try {
            String fraction = m.group(4) == null ? "" : m.group(4);
            int nanos = Integer.parseInt((fraction + "000000000").substring(0, 9));
            return Optional.of(LocalTime.of(number(m.group(1)), number(m.group(2)), number(m.group(3)), nanos));
        } catch (DateTimeException outOfRange) {
            return Optional.empty();
        }
    }

    private static Optional<LocalDate> date(String da) {
        Matcher m = DATE.matcher(da.trim());
        if (!m.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDate.of(number(m.group(1)), number(m.group(2)), number(m.group(3))));
        } catch (DateTimeException outOfRange) {
            return Optional.empty();
        }
    }

    private static int number(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }
}
