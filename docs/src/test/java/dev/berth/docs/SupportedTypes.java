package dev.berth.docs;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import dev.berth.api.Api;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import javassist.bytecode.ClassFile;

/** The types that have {@link Api}, and the public ones nested in them. */
final class SupportedTypes {
  private SupportedTypes() {}

  /** All of them, by name. */
  static List<JavaClass> all() {
    return BerthClasses.all().stream()
        .filter(SupportedTypes::contain)
        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .sorted(Comparator.comparing(JavaClass::getName))
        .toList();
  }

  /** As the compiler wrote them. */
  static List<ClassFile> classFiles() {
    return all().stream().map(SupportedTypes::classFile).toList();
  }

  static boolean contain(JavaClass type) {
    return type.isAnnotatedWith(Api.class)
        || type.getEnclosingClass().filter(SupportedTypes::contain).isPresent();
  }

  private static ClassFile classFile(JavaClass type) {
    try (DataInputStream bytes =
        new DataInputStream(type.getSource().orElseThrow().getUri().toURL().openStream())) {
      return new ClassFile(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(type.getName(), e);
    }
  }
}
