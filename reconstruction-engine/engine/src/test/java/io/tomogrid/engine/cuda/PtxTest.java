package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
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

    /** By the assembler of CUDA 12.0, for drivers of CUDA 12. */
    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_90"})
    void it_assembles(String architecture) {
        Assembled assembled = assemble(Kernels.ptx(), architecture);
        assertThat(assembled.result).as(assembled.said).isZero();
        assertThat(new String(assembled.program, 1, 3, StandardCharsets.US_ASCII))
                .isEqualTo("ELF");
    }

    /** What nvcc writes by itself: that the version is lowered is what makes it assemble. */
    @Test
    void with_the_version_of_a_newer_compiler_it_does_not() {
        Assembled refused = assemble(withVersion("9.0"), "sm_80");
        assertThat(refused.result).isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_ERROR_UNSUPPORTED_PTX_VERSION);
        assertThat(refused.said).contains("9.0");
    }

    @Test
    void a_driver_that_is_older_than_the_ptx_is_told_from_damage_and_from_a_missing_kernel() {
        TestDevice.get().use();
        assertThatThrownBy(() -> Kernels.load(withVersion("99.0")))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("loading the kernels, PTX 99.0: CUDA_ERROR_UNSUPPORTED_PTX_VERSION (222)")
                .hasMessageContaining("the driver is older than the kernels")
                .hasMessageContaining("CUDA 11.8")
                .hasMessageContaining("build-ptx.sh");
        byte[] end = ended(text().substring(20_000, 30_000));
        assertThatThrownBy(() -> Kernels.load(end))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("loading the kernels, no PTX: CUDA_ERROR_INVALID_")
                .hasMessageContaining("damaged");
        byte[] other = ended(text().replace(".entry osem_ratio(", ".entry osem_other("));
        assertThatThrownBy(() -> Kernels.load(other))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("kernel osem_ratio: CUDA_ERROR_NOT_FOUND (500)")
                .hasMessageContaining("fallen behind its sources");
    }

    private static byte[] withVersion(String version) {
        return ended(text().replace(".version 7.8", ".version " + version));
    }

    private static byte[] ended(String text) {
        return (text + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    /** What the assembler answered. @param program empty if it refused */
    private record Assembled(int result, String said, byte[] program) {}

    private static Assembled assemble(byte[] ptx, String architecture) {
        assertThat(NativeDriver.load(JNvPTXCompiler.class)).isEmpty();
        JNvPTXCompiler.setExceptionsEnabled(false);
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        assertThat(JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, ptx))
                .isZero();
        try {
            int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, 1, new String[] {"--gpu-name=" + architecture});
            byte[] program = {};
            if (result == 0) {
                long[] size = new long[1];
                assertThat(JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size))
                        .isZero();
                program = new byte[(int) size[0]];
                assertThat(JNvPTXCompiler.nvPTXCompilerGetCompiledProgram(compiler, program))
                        .isZero();
            }
            return new Assembled(result, errors(compiler), program);
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
        return new String(Kernels.ptx(), StandardCharsets.US_ASCII).replace("\0", "");
    }
}
