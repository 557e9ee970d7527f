package io.tomogrid.manager.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FOR-01 */
class ForecastTest {
    private static final int HOURS = 8 * Method.WEEK;

    /** Working hours of working days, scattered as arrivals are: one week's noise is averaged away, so there is skill to be had. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void a_hospitals_week_is_foretold_better_than_by_looking_back_once(long seed) {
        double[] mean = week(20);
        double[] came = arrivals(mean, seed);
        Forecast forecast = Forecast.of(came);
        assertThat(forecast.on()).as(forecast.verdict()).isTrue();
        assertThat(forecast.skill()).isGreaterThan(0.1);
        double perfect = Hours.wape(came, extended(mean), HOURS - Method.WEEK, HOURS);
        assertThat(forecast.wape())
                .as("no forecast can miss much less than the scatter of arrivals")
                .isBetween(0.85 * perfect, 1.35 * perfect);
        assertThat(forecast.next()).hasSize(Forecast.AHEAD);
        assertThat(forecast.next().get(1)).isCloseTo(mean(HOURS + 1, 20), within(8.0));
    }

    /** Of a random walk nothing better than the last value can be said: what shows skill there deceives itself. */
    @Test
    void where_there_is_no_skill_nothing_is_foretold_and_it_says_so() {
        int on = 0;
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            double[] walk = new double[HOURS];
            double now = 1000;
            for (int t = 0; t < HOURS; t++) {
                now = Math.max(0, now + random.nextGaussian());
                walk[t] = now;
            }
            Forecast forecast = Forecast.of(walk);
            on += forecast.on() ? 1 : 0;
            if (!forecast.on()) {
                assertThat(forecast.verdict()).startsWith("off: ").contains("skill");
            }
        }
        assertThat(on).as("a lucky week may happen, seldom").isLessThanOrEqualTo(2);
    }

    @Test
    void a_short_past_and_an_empty_one_are_named() {
        assertThat(Forecast.of(new double[10]).verdict()).isEqualTo("off: 10 hours are known, 672 are needed");
        assertThat(Forecast.of(new double[HOURS]).verdict()).isEqualTo("off: nothing came in the last week");
    }

    /** Changing what had not come yet when it was foretold changes nothing. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 24, 30})
    void no_method_looks_ahead(int ahead) {
        double[] came = arrivals(week(10), 7);
        int cut = HOURS - 100;
        double[] other = came.clone();
        for (int t = cut; t < HOURS; t++) {
            other[t] += 50;
        }
        for (Method method : new Method[] {
            new Method.LastHour(),
            new Method.SeasonalNaive("yesterday", Method.DAY),
            new Method.WeeklyProfile(0.8),
            new HoltWinters(Method.DAY, 0.3, 0.01, 0.2),
            new HoltWinters(Method.WEEK, 0.3, 0.01, 0.2)
        }) {
            double[] one = method.foretell(came, ahead);
            double[] two = method.foretell(other, ahead);
            assertThat(one).hasSize(HOURS + ahead);
            for (int t = 0; t < cut + ahead; t++) {
                assertThat(Double.compare(two[t], one[t]))
                        .as(method.name() + " at " + t)
                        .isZero();
            }
        }
    }

    /** A line with a season is what Holt-Winters is made of: it follows without error once it has learnt it. */
    @Test
    void holt_winters_follows_a_seasonal_line() {
        double[] line = new double[HOURS];
        for (int t = 0; t < HOURS; t++) {
            line[t] = 100 + 0.05 * t + 10 * Math.sin(2 * Math.PI * t / Method.DAY);
        }
        double[] foretold = new HoltWinters(Method.DAY, 0.3, 0.1, 0.2).foretell(line, 2);
        assertThat(foretold[HOURS - 1]).isCloseTo(line[HOURS - 1], within(0.2));
        assertThat(foretold[HOURS + 1])
                .isCloseTo(
                        100 + 0.05 * (HOURS + 1) + 10 * Math.sin(2 * Math.PI * (HOURS + 1) / Method.DAY), within(0.2));
    }

    @Test
    void slices_for_arrivals_follow_the_poisson_distribution() {
        assertThat(Concurrency.mean(60, 60)).isEqualTo(1);
        assertThat(Concurrency.slices(0, 0.9)).isZero();
        // mean 1: P(0) = .368, P(<=1) = .736, P(<=2) = .920
        assertThat(Concurrency.slices(1, 0.7)).isEqualTo(1);
        assertThat(Concurrency.slices(1, 0.9)).isEqualTo(2);
        assertThat(Concurrency.slices(1, 0.93)).isEqualTo(3);
    }

    private static double mean(int t, double height) {
        int hour = t % Method.DAY;
        boolean working = t / Method.DAY % 7 < 5;
        return working && hour >= 7 && hour < 19 ? height * Math.sin(Math.PI * (hour - 6) / 13) : 1;
    }

    private static double[] week(double height) {
        double[] mean = new double[HOURS];
        for (int t = 0; t < HOURS; t++) {
            mean[t] = mean(t, height);
        }
        return mean;
    }

    private static double[] extended(double[] mean) {
        return Arrays.copyOf(mean, HOURS + Forecast.AHEAD);
    }

    private static double[] arrivals(double[] mean, long seed) {
        Random random = new Random(seed);
        double[] came = new double[mean.length];
        for (int t = 0; t < mean.length; t++) {
            double product = random.nextDouble();
            while (product > Math.exp(-mean[t])) {
                came[t]++;
                product *= random.nextDouble();
            }
        }
        return came;
    }
}
