package io.tomogrid.manager.forecast;

import java.util.Arrays;

/**
 * Additive exponential smoothing with level, trend and season (Winters, Management Science 6, 1960), never below nothing.
 *
 * @param season in hours
 * @param level how fast the level follows, 0 to 1 @param trend the same of the trend @param seasonal the same of the season
 */
record HoltWinters(int season, double level, double trend, double seasonal) implements Method {
    @Override
    public String name() {
        return "Holt-Winters of %d h (%s, %s, %s)".formatted(season, level, trend, seasonal);
    }

    @Override
    public double[] foretell(double[] past, int ahead) {
        double[] foretold = new double[past.length + ahead];
        Arrays.fill(foretold, Double.NaN);
        if (past.length < 2 * season) {
            return foretold;
        }
        double[] shape = new double[season];
        double now = 0;
        for (int i = 0; i < season; i++) {
            now += past[i] / season;
        }
        for (int i = 0; i < season; i++) {
            shape[i] = past[i] - now;
        }
        double slope = 0;
        for (int t = season; t < past.length; t++) {
            int phase = t % season;
            double before = now;
            now = level * (past[t] - shape[phase]) + (1 - level) * (now + slope);
            slope = trend * (now - before) + (1 - trend) * slope;
            shape[phase] = seasonal * (past[t] - now) + (1 - seasonal) * shape[phase];
            foretold[t + ahead] = Math.max(0, now + ahead * slope + shape[(t + ahead) % season]);
        }
        return foretold;
    }
}
