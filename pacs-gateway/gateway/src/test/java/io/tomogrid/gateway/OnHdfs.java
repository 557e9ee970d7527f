package io.tomogrid.gateway;

import io.tomogrid.archive.TestHdfs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.util.FileSystemUtils;

/** Runs those tests of a class that are {@link AlsoOnHdfs}, their archives on one real HDFS that all such classes share. */
final class OnHdfs implements BeforeAllCallback, AfterAllCallback, ExecutionCondition {
    private static TestHdfs hdfs;

    /** Ended with the last test. */
    private record Shared(TestHdfs hdfs, Path folder) implements AutoCloseable {
        static Shared start() {
            try {
                Path folder = Files.createTempDirectory("tomogrid-hdfs");
                return new Shared(TestHdfs.start(folder), folder);
            } catch (IOException failed) {
                throw new IllegalStateException("HDFS does not start", failed);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while HDFS was started", stopped);
            }
        }

        @Override
        public void close() throws IOException {
            hdfs.close();
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    static TestHdfs hdfs() {
        return hdfs;
    }

    /** Where on it the gateway of a folder has its archive. */
    static String path(Path folder) {
        return "/" + folder.toString().replaceAll("[^A-Za-z0-9]", "-") + "/archive";
    }

    private static URI archive(Path folder) {
        return hdfs.uri(path(folder));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        hdfs = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(OnHdfs.class))
                .getOrComputeIfAbsent(Shared.class, key -> Shared.start(), Shared.class)
                .hdfs();
        TestingGateway.keepArchives(Optional.of(OnHdfs::archive));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        TestingGateway.keepArchives(Optional.empty());
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        boolean about = context.getTestMethod()
                .map(method -> method.isAnnotationPresent(AlsoOnHdfs.class))
                .orElse(true);
        return about
                ? ConditionEvaluationResult.enabled("about the archive")
                : ConditionEvaluationResult.disabled("not about the archive: runs without HDFS");
    }
}
