package io.tomogrid.sparkjob;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a driver's spare does before it waits: a small job within its own process, so that what a driver needs is loaded and
 * compiled. It meets neither the Master nor anybody else, and leaves nothing behind.
 */
public final class WarmUp {
    private WarmUp() {}

    public static void main(String[] arguments) {
        SparkConf conf = new SparkConf()
                .setMaster("local[1]")
                .setAppName("warm-up")
                .set("spark.ui.enabled", "false")
                .setIfMissing("spark.driver.host", "127.0.0.1")
                .setIfMissing("spark.driver.bindAddress", "127.0.0.1");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            spark.parallelize(List.of(1), 1).map(x -> x + 1).collect();
        }
        System.gc(); // it may wait for long, and what the job took is given back
    }
}
