package dev.berth.qapi;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All records that the build has generated, those inside other types too. */
public final class GeneratedTypes {
  private GeneratedTypes() {}

  /** The generated records, in the order of their names. */
  public static List<Class<?>> records() {
    return classes().stream().filter(Class::isRecord).toList();
  }

  public static List<Class<?>> classes() {
    try {
      Path root = Path.of(Wire.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path qapi = root.resolve("dev/berth/qapi");
      var classes = new ArrayList<Class<?>>();
      try (Stream<Path> files = Files.walk(qapi)) {
        for (Path file : files.sorted().toList()) {
          String name = root.relativize(file).toString();
          boolean generated = name.endsWith(".class") && !file.getParent().equals(qapi);
          if (generated && !name.endsWith("package-info.class")) {
            classes.add(Class.forName(name.replace(".class", "").replace('/', '.')));
          }
        }
      }
      classes.removeIf(type -> !Modifier.isPublic(type.getModifiers()));
      return classes;
    } catch (IOException | URISyntaxException | ClassNotFoundException e) {
      throw new IllegalStateException("the generated classes cannot be listed", e);
    }
  }
}
