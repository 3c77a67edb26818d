package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** A program of the documentation: one source file with a {@code main}. */
final class CompiledExample {
  private final String name;
  private final Path directory;

  private CompiledExample(String name, Path directory) {
    this.name = name;
    this.directory = directory;
  }

  /** Compiles the file, without a complaint, into that directory. */
  static CompiledExample of(Path source, Path directory) {
    ByteArrayOutputStream complaints = new ByteArrayOutputStream();
    int verdict =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                complaints,
                complaints,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                directory.toString(),
                source.toString());
    assertThat(complaints.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(verdict).isZero();
    return new CompiledExample(source.getFileName().toString().replace(".java", ""), directory);
  }

  /** Runs it in this JVM; what it has printed. */
  String run(String... arguments) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (URLClassLoader classes =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
      System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
      classes.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
    } finally {
      System.setOut(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }
}
