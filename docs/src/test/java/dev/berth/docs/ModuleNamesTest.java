package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jars keep their names on the module path. */
final class ModuleNamesTest {
  private static final Path ROOT = Path.of("..");

  @ParameterizedTest
  @ValueSource(strings = {"core", "launcher", "storage", "config", "cli"})
  void eachModuleHasItsName(String module) throws IOException {
    assertThat(Files.readString(ROOT.resolve(module).resolve("pom.xml")))
        .contains("<module.name>dev.berth." + module + "</module.name>");
  }

  @Test
  void theNameIsWrittenIntoEachJar() throws IOException {
    assertThat(Files.readString(ROOT.resolve("pom.xml")))
        .contains("<Automatic-Module-Name>${module.name}</Automatic-Module-Name>");
  }
}
