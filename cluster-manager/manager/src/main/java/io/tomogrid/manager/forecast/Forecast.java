package io.tomogrid.manager.forecast;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What one series will be, and what saying so is worth.
 *
 * <p>The method is chosen on the week before the last, its parameters and all, and judged on the last week, which it has not seen.
 * Its skill is {@code 1 - WAPE / WAPE of the naive forecast}, where the naive one is the best on the judged week of the last hour,
 * yesterday and last week: 0 is no better than looking at the clock, 1 is perfect. Where the skill is not positive nothing is
 * foretold.
 *
 * @param method the one chosen
 * @param next expected counts of the hours that follow the last known one
 * @param wape of the method over the judged week
 * @param naive the best naive forecast over the judged week @param naiveWape its error
 * @param verdict in one sentence, for people
 */
public record Forecast(String method, List<Double> next, double wape, String naive, double naiveWape, String verdict) {
    /** How many hours are foretold: time enough to cut a slice before the hour in which it is wanted. */
    public static final int AHEAD = 2;
    /** Two weeks to learn from, one to choose, one to judge. */
    public static final int LEAST_HOURS = 4 * Method.WEEK;

    private static final List<Method> NAIVE = List.of(
            new Method.LastHour(),
            new Method.SeasonalNaive("yesterday", Method.DAY),
            new Method.SeasonalNaive("last week", Method.WEEK));

    public Forecast {
        next = List.copyOf(next);
    }

    /** @param past counts of whole hours, the oldest first, none missing */
    public static Forecast of(double[] past) {
        if (past.length < LEAST_HOURS) {
            return off("%d hours are known, %d are needed".formatted(past.length, LEAST_HOURS));
        }
        int judged = past.length - Method.WEEK;
        int chosen = judged - Method.WEEK;
        Method naive = best(NAIVE, past, judged, past.length);
        Method method = best(candidates(), past, chosen, judged);
        double naiveWape = wape(naive, past, judged, past.length);
        double wape = wape(method, past, judged, past.length);
        if (Double.isNaN(naiveWape)) {
            return off("nothing came in the last week");
        }
        if (naiveWape == 0) {
            return off(naive.name() + " misses nothing, there is nothing to add");
        }
        double skill = 1 - wape / naiveWape;
        String compared = String.format(
                Locale.ROOT,
                "%s misses %.0f %% of what comes, %s %.0f %%: skill %.2f",
                method.name(),
                100 * wape,
                naive.name(),
                100 * naiveWape,
                skill);
        if (!(skill > 0)) {
            return new Forecast(
                    method.name(), List.of(), wape, naive.name(), naiveWape, "off: " + compared + ", which is none");
        }
        List<Double> next = new ArrayList<>();
        for (int ahead = 1; ahead <= AHEAD; ahead++) {
            double[] foretold = method.foretell(past, ahead);
            next.add(foretold[foretold.length - 1]);
        }
        return new Forecast(method.name(), next, wape, naive.name(), naiveWape, compared);
    }

    /** Over the naive forecast; NaN where nothing could be judged. */
    public double skill() {
        return 1 - wape / naiveWape;
    }

    /** Whether anything is foretold. */
    public boolean on() {
        return !next.isEmpty();
    }

    private static Forecast off(String why) {
        return new Forecast("", List.of(), Double.NaN, "", Double.NaN, "off: " + why);
    }

    private static List<Method> candidates() {
        List<Method> methods = new ArrayList<>(NAIVE);
        for (double fading : new double[] {0.5, 0.8, 1}) {
            methods.add(new Method.WeeklyProfile(fading));
        }
        for (int season : new int[] {Method.DAY, Method.WEEK}) {
            for (double level : new double[] {0.02, 0.1, 0.3}) {
                for (double seasonal : new double[] {0.05, 0.2, 0.5}) {
                    methods.add(new HoltWinters(season, level, 0, seasonal));
                    methods.add(new HoltWinters(season, level, 0.01, seasonal));
                }
            }
        }
        return methods;
    }

    private static Method best(List<Method> methods, double[] past, int from, int to) {
        return methods.stream()
                .min(Comparator.comparingDouble(method -> wape(method, past, from, to)))
                .orElseThrow();
    }

    private static double wape(Method method, double[] past, int from, int to) {
        return Hours.wape(past, method.foretell(past, AHEAD), from, to);
    }
}
