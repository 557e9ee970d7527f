package io.tomogrid.node;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The import table of the house, over the compiled classes of every module. */
class ArchitectureTest {
    private static final Path ROOT = Path.of(System.getProperty("tomogrid.root", "../.."));
    private static JavaClasses house;

    @BeforeAll
    static void read() throws IOException {
        house = new ClassFileImporter().importPaths(modules());
        assertThat(house.size()).as("classes found under %s", ROOT).isGreaterThan(100);
    }

    /** Module by its package, the other packages of the house that it may import, and what it may import from outside. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            io.tomogrid.dicom..               |                                                        | org.slf4j.. com.fasterxml.jackson.core..
            io.tomogrid.codec..               | io.tomogrid.dicom..                                    | com.sun.jna..
            io.tomogrid.gateway.contract..    |                                                        | com.fasterxml.jackson..
            io.tomogrid.archive..             | io.tomogrid.dicom..                                    | org.slf4j.. org.apache.hadoop.. com.fasterxml.jackson.. com.sun.nio.file..
            io.tomogrid.imaging..             |                                                        |
            io.tomogrid.engine..              | io.tomogrid.imaging..                                  | jcuda..
            io.tomogrid.slices..              |                                                        | org.slf4j.. com.sun.jna.. com.fasterxml.jackson.. com.sun.net.httpserver.. com.sun.management..
            io.tomogrid.agent..               | io.tomogrid.slices..                                   | org.slf4j.. com.sun.net.httpserver.. com.fasterxml.jackson..
            io.tomogrid.inference.client..    | io.tomogrid.imaging..                                  | com.fasterxml.jackson..
            io.tomogrid.inference.oci..       |                                                        | com.fasterxml.jackson..
            io.tomogrid.inference.pack..      | io.tomogrid.inference.oci.. io.tomogrid.imaging..      | com.fasterxml.jackson..
            io.tomogrid.inference.trust..     | io.tomogrid.inference.oci.. io.tomogrid.inference.pack.. | com.fasterxml.jackson..
            io.tomogrid.inference.runtime..   | io.tomogrid.inference.oci.. io.tomogrid.inference.pack.. io.tomogrid.imaging.. | com.fasterxml.jackson.. ai.onnxruntime..
            io.tomogrid.cluster.contract..    | io.tomogrid.slices.. io.tomogrid.gateway.contract..    | com.fasterxml.jackson..
            """)
    void a_module_imports_what_its_row_allows(String module, String house, String outside) {
        List<String> allowed = new ArrayList<>(List.of(module, "java..", "javax..", "org.jspecify..", "org.w3c.."));
        Stream.of(house, outside)
                .filter(cell -> cell != null)
                .flatMap(cell -> Stream.of(cell.split(" ")))
                .forEach(allowed::add);
        classes()
                .that()
                .resideInAPackage(module)
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(allowed.toArray(String[]::new)).or(arrayOrPrimitive()))
                .check(ArchitectureTest.house);
    }

    @Test
    void spring_and_spark_never_meet() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.tomogrid.sparkjob..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.spark..")
                .check(house);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.tomogrid.sparkjob..",
                        "io.tomogrid.dicom..",
                        "io.tomogrid.codec..",
                        "io.tomogrid.archive..",
                        "io.tomogrid.imaging..",
                        "io.tomogrid.engine..",
                        "io.tomogrid.slices..",
                        "io.tomogrid.agent..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework..")
                .check(house);
    }

    /** Its module is there only when the Maven profile dcm4che has built it. */
    @Test
    void dcm4che_stays_in_its_adapter() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.tomogrid.dcm4che..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.dcm4che3..", "io.tomogrid.dcm4che..")
                .check(house);
        classes()
                .that()
                .resideInAPackage("io.tomogrid.dcm4che..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "io.tomogrid.dcm4che..",
                                "io.tomogrid.dicom..",
                                "org.dcm4che3..",
                                "org.slf4j..",
                                "java..")
                        .or(arrayOrPrimitive()))
                .allowEmptyShould(true)
                .check(house);
    }

    @Test
    void imports_between_the_folders_run_one_way() {
        noClasses()
                .that()
                .resideInAnyPackage("io.tomogrid.gateway..", "io.tomogrid.inference..", "io.tomogrid.slices..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.tomogrid.manager..",
                        "io.tomogrid.sparkjob..",
                        "io.tomogrid.cluster..",
                        "io.tomogrid.node..")
                .check(house);
        noClasses()
                .that()
                .resideInAPackage("io.tomogrid.gateway..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.tomogrid.inference..",
                        "io.tomogrid.imaging..",
                        "io.tomogrid.engine..",
                        "io.tomogrid.slices..")
                .check(house);
        noClasses()
                .that()
                .resideInAPackage("io.tomogrid.manager..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.tomogrid.dicom..", "io.tomogrid.archive..", "io.tomogrid.imaging..")
                .check(house);
        noClasses()
                .that()
                .resideInAPackage("io.tomogrid.sparkjob..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.tomogrid.manager..", "ai.onnxruntime..")
                .check(house);
    }

    private static DescribedPredicate<JavaClass> arrayOrPrimitive() {
        return DescribedPredicate.describe("an array or a primitive", c -> c.isArray() || c.isPrimitive());
    }

    private static List<Path> modules() throws IOException {
        try (Stream<Path> folders = Files.walk(ROOT, 4)) {
            return folders.filter(p -> p.endsWith(Path.of("target", "classes"))).toList();
        }
    }
}
