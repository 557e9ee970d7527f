package io.tomogrid.sparkjob;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A whole small Spark cluster that does next to nothing, so that the classes which every driver, Worker and executor needs are
 * known. The argument names the file for the list of the executor's; this process has its own list made by its command line.
 */
public final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) {
        SparkConf conf = new SparkConf()
                .setMaster("local-cluster[1,1,512]")
                .setAppName("rehearsal")
                .set("spark.executor.memory", "512m")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                // what is said between the processes is signed in a cluster, too
                .set("spark.authenticate", "true")
                .set("spark.authenticate.secret", "rehearsal")
                .set("spark.executor.extraJavaOptions", "-XX:+UseParallelGC -XX:DumpLoadedClassList=" + arguments[0]);
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            int sum = spark.parallelize(List.of(1, 2, 3), 1).map(x -> x + x).collect().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            System.out.println("rehearsed, the sum is " + sum);
        }
    }
}
