package dev.berth.docs;

import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.model.JApiBehavior;
import japicmp.model.JApiClass;
import japicmp.model.JApiCompatibility;
import japicmp.model.JApiCompatibilityChange;
import japicmp.model.JApiConstructor;
import japicmp.model.JApiField;
import japicmp.model.JApiImplementedInterface;
import japicmp.model.JApiMethod;
import japicmp.model.JApiParameter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javassist.bytecode.ClassFile;

/** Compares supported types by japicmp. */
final class ApiCompatibility {
  private final List<String> breaks = new ArrayList<>();

  private ApiCompatibility() {}

  /** What programs that were compiled with the old types could trip over, one line each. */
  static List<String> breaks(List<ClassFile> before, List<ClassFile> now) throws IOException {
    JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
    options.getClassPathEntries().addAll(classPath());
    ApiCompatibility found = new ApiCompatibility();
    new JarArchiveComparator(options)
        .compare(archive(before, "before"), archive(now, "now"))
        .forEach(found::look);
    return found.breaks;
  }

  private void look(JApiClass type) {
    String name = type.getFullyQualifiedName();
    note(name, type);
    note(name + " extends", type.getSuperclass());
    for (JApiImplementedInterface each : type.getInterfaces()) {
      note(name + " implements " + each.getFullyQualifiedName(), each);
    }
    for (JApiField field : type.getFields()) {
      note(name + "." + field.getName(), field);
    }
    for (JApiConstructor constructor : type.getConstructors()) {
      look(name, constructor);
    }
    for (JApiMethod method : type.getMethods()) {
      look(name, method);
      note(name + "." + method.getName(), method.getReturnType());
    }
  }

  private void look(String type, JApiBehavior behavior) {
    String name = type + "." + behavior.getName();
    note(name, behavior);
    for (JApiParameter parameter : behavior.getParameters()) {
      note(name, parameter);
    }
  }

  private void note(String where, JApiCompatibility what) {
    for (JApiCompatibilityChange change : what.getCompatibilityChanges()) {
      if (!change.isBinaryCompatible() || !change.isSourceCompatible()) {
        breaks.add(where + ": " + change.getType());
      }
    }
  }

  private static List<String> classPath() {
    return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
  }

  private static JApiCmpArchive archive(List<ClassFile> types, String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
      for (ClassFile type : types) {
        jar.putNextEntry(new ZipEntry(type.getName().replace('.', '/') + ".class"));
        type.write(new DataOutputStream(jar));
      }
    }
    return new JApiCmpArchive(bytes.toByteArray(), name, name);
  }
}
