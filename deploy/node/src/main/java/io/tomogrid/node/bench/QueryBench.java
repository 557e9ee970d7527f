package io.tomogrid.node.bench;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uids;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * What DICOMweb takes, over HTTP on loopback: QIDO-RS in an index of many studies that was filled with rows, WADO-RS metadata
 * and frames of a series that was stored.
 */
final class QueryBench {
    private static final int SLICES = 600;
    private static final int WARM_UP = 200;
    private static final int REQUESTS = 500;
    private static final int READERS = 4;
    private static final String LIST =
            "limit=101&offset=0&fuzzymatching=false" + "&includefield=00081030%2C00080060%2C00080090%2C00100030";
    private static final String JSON = "application/dicom+json";
    private static final String FRAMES = "multipart/related; type=application/octet-stream; transfer-syntax=*";
    private static final String STUDY = Uids.derived("query", "study");
    private static final String SERIES = Uids.derived("query", "series");

    private final Path root;
    private final PrintWriter out;
    private final int studies;

    /** @param instances in the index, 200 to a study */
    QueryBench(Path root, int instances, PrintWriter out) {
        if (instances < QueryIndex.PER_STUDY) {
            throw new IllegalArgumentException(
                    "--instances: expected " + QueryIndex.PER_STUDY + " or more, got " + instances);
        }
        this.root = root;
        this.studies = instances / QueryIndex.PER_STUDY;
        this.out = out;
    }

    /** What a search asks for, by the number of the request. */
    private record Search(String name, String target, IntFunction<String> path) {}

    List<Row> run(int runs) throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(root), "query");
        try (QueryGateway gateway = QueryGateway.start(folder)) {
            List<String> instances = storeSeries(gateway);
            List<Row> rows = new ArrayList<>(retrieve(gateway, instances, runs));
            say("fills the index with %d instances in %d studies", studies * QueryIndex.PER_STUDY, studies);
            try (Connection database = gateway.database()) {
                QueryIndex.fill(database, studies);
            } catch (SQLException e) {
                throw new IOException("the index was not filled: " + e.getMessage(), e);
            }
            for (Search search : searches()) {
                rows.add(search(gateway, search, runs));
            }
            return rows;
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    // ---- searches

    private List<Search> searches() {
        return List.of(
                new Search("study list", "50", n -> "/studies?" + LIST),
                new Search(
                        "studies by part of a name", "50", n -> "/studies?PatientName=*amily" + n % 997 + "*&" + LIST),
                new Search(
                        "studies by patient ID",
                        "50",
                        n -> "/studies?00100020=" + QueryIndex.patientId(n * 37 % studies) + "&" + LIST),
                new Search(
                        "studies by modalities and dates",
                        "50",
                        n -> "/studies?ModalitiesInStudy=CT%2CPT&StudyDate=" + (2016 + n % 10) + "0301-"
                                + (2016 + n % 10) + "0331&" + LIST),
                new Search(
                        "one study",
                        "50",
                        n -> "/studies?StudyInstanceUID=" + QueryIndex.studyUid(n * 37 % studies) + "&" + LIST),
                new Search(
                        "series of a study", "", n -> "/studies/" + QueryIndex.studyUid(n * 37 % studies) + "/series"));
    }

    /** The 99th percentile of each run's requests, one after the other. */
    private Row search(QueryGateway gateway, Search search, int runs) throws IOException {
        double[] p99 = new double[runs];
        for (int n = 0; n < WARM_UP; n++) {
            gateway.get(search.path().apply(n), JSON);
        }
        for (int run = 0; run < runs; run++) {
            double[] ms = new double[REQUESTS];
            for (int n = 0; n < REQUESTS; n++) {
                long start = System.nanoTime();
                gateway.get(search.path().apply(run * REQUESTS + n), JSON);
                ms[n] = (System.nanoTime() - start) * 1e-6;
            }
            Arrays.sort(ms);
            p99[run] = ms[REQUESTS * 99 / 100 - 1];
            say("%s: median %.1f ms, 99%% under %.1f ms", search.name(), ms[REQUESTS / 2], p99[run]);
        }
        String name = "QIDO-RS, " + studies * QueryIndex.PER_STUDY + " instances in " + studies + " studies: "
                + search.name();
        return Row.of(name, "99th percentile of " + REQUESTS, "ms", search.target(), false, p99);
    }

    // ---- the stored series

    /** @return paths of its instances */
    private List<String> storeSeries(QueryGateway gateway) throws IOException {
        byte[][] frames = IngestLoad.frames();
        List<Dataset> images = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        for (int n = 0; n < SLICES; n++) {
            Dataset image = IngestLoad.slice("query", n, frames[n % frames.length])
                    .put(Tag.StudyInstanceUID, STUDY)
                    .put(Tag.SeriesInstanceUID, SERIES)
                    .put(Tag.PatientID, "QUERY");
            images.add(image);
            paths.add("/studies/" + STUDY + "/series/" + SERIES + "/instances/"
                    + image.string(Tag.SOPInstanceUID).orElseThrow());
        }
        gateway.store(images);
        return paths;
    }

    private List<Row> retrieve(QueryGateway gateway, List<String> instances, int runs) throws IOException {
        String metadata = "/studies/" + STUDY + "/series/" + SERIES + "/metadata";
        double[] first = {seconds(() -> gateway.get(metadata, JSON)) * 1000};
        awaitPrepared(gateway);
        double[] prepared = new double[Math.max(runs, 5)];
        gateway.get(metadata, JSON);
        for (int run = 0; run < prepared.length; run++) {
            prepared[run] = seconds(() -> gateway.get(metadata, JSON)) * 1000;
        }
        double[] gigabyte = new double[runs];
        readFrames(gateway, instances);
        for (int run = 0; run < runs; run++) {
            long[] bytes = new long[1];
            double seconds = seconds(() -> bytes[0] = readFrames(gateway, instances));
            gigabyte[run] = seconds / (bytes[0] * 1e-9);
            say("frames of %d instances: %.0f MB/s", instances.size(), 1000 / gigabyte[run]);
        }
        String series = "WADO-RS, a series of " + SLICES + " slices: ";
        return List.of(
                Row.of(series + "metadata from the archive", "whole answer", "ms", "", false, first),
                Row.of(series + "metadata that lie ready", "whole answer", "ms", "150", false, prepared),
                Row.of(
                        series + "frames, " + READERS + " connections",
                        "time for a gigabyte",
                        "s",
                        "2.5 (400 MB/s)",
                        false,
                        gigabyte));
    }

    private static long readFrames(QueryGateway gateway, List<String> instances) throws IOException {
        ExecutorService readers = Executors.newFixedThreadPool(READERS);
        try {
            List<Future<Integer>> reading = instances.stream()
                    .map(path -> readers.submit(() -> gateway.get(path + "/frames/1", FRAMES).length))
                    .toList();
            long bytes = 0;
            for (Future<Integer> one : reading) {
                bytes += one.get();
            }
            return bytes;
        } catch (ExecutionException e) {
            throw new IOException("a frame was not read: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while frames were read", e);
        } finally {
            readers.shutdownNow();
        }
    }

    /** The first request has its copy made in the background. */
    private static void awaitPrepared(QueryGateway gateway) throws IOException {
        try (Connection database = gateway.database();
                var count = database.prepareStatement("SELECT count(*) FROM gateway.prepared_metadata")) {
            for (int tries = 0; tries < 600; tries++) {
                try (var rows = count.executeQuery()) {
                    if (rows.next() && rows.getInt(1) > 0) {
                        return;
                    }
                }
                Thread.sleep(100);
            }
        } catch (SQLException e) {
            throw new IOException("the index does not answer: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the metadata were prepared", e);
        }
        throw new IOException("the metadata of the series were not prepared within a minute");
    }

    private static double seconds(Callable<?> work) throws IOException {
        long start = System.nanoTime();
        try {
            work.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        return (System.nanoTime() - start) * 1e-9;
    }

    private void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }
}
