package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed PTX is that of the committed sources and suits the drivers and devices that it is meant for (GPU-02). */
class PtxTest {
    private static final Path SOURCES = Path.of("src/main/cuda");
    private static final Path HASHES = Path.of("src/main/resources/io/tomogrid/engine/cuda/petct.sources.sha256");

    @Test
    void it_is_compiled_from_the_sources_as_they_are() throws Exception {
        assertThat(Files.readAllLines(HASHES))
                .as("hashes of the PTX's sources: run src/main/cuda/build-ptx.sh and commit what it writes")
                .isEqualTo(hashes());
    }

    private static List<String> hashes() throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cu") || name.endsWith(".cuh"))
                    .sorted()
                    .map(name -> HexFormat.of().formatHex(sha256.digest(bytes(name))) + "  " + name)
                    .toList();
        }
    }

    private static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(SOURCES.resolve(name));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    @Test
    void nothing_in_it_may_be_contracted() {
        String text = text();
        assertThat(text).contains(".version 7.8", ".target sm_80").doesNotContain("fma.");
        assertThat(text.lines().filter(line -> line.matches("\\s*(add|sub|mul|div)\\.f(32|64).*")))
                .as("operations without .rn, which the assembler may contract")
                .isEmpty();
        for (String kernel : Kernels.NAMES) {
            assertThat(text).contains(".entry " + kernel + "(");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_90"})
    void it_assembles(String architecture) {
        assertThat(NativeDriver.load(JNvPTXCompiler.class)).isEmpty();
        byte[] ptx = Kernels.ptx();
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        assertThat(JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, ptx))
                .isZero();
        try {
            int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, 1, new String[] {"--gpu-name=" + architecture});
            assertThat(result).as(errors(compiler)).isZero();
            long[] size = new long[1];
            assertThat(JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size))
                    .isZero();
            byte[] program = new byte[(int) size[0]];
            assertThat(JNvPTXCompiler.nvPTXCompilerGetCompiledProgram(compiler, program))
                    .isZero();
            assertThat(new String(program, 1, 3, StandardCharsets.US_ASCII)).isEqualTo("ELF");
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }

    private static String errors(nvPTXCompilerHandle compiler) {
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
        byte[] log = new byte[(int) size[0] + 1];
        if (size[0] > 0) {
            JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
        }
        return new String(log, StandardCharsets.US_ASCII).replace("\0", "");
    }

    private static String text() {
        return new String(Kernels.ptx(), StandardCharsets.US_ASCII);
    }
}
