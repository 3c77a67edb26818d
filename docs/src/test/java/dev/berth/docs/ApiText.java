package dev.berth.docs;

import dev.berth.api.Api;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javassist.bytecode.AccessFlag;
import javassist.bytecode.AnnotationsAttribute;
import javassist.bytecode.AttributeInfo;
import javassist.bytecode.ClassFile;
import javassist.bytecode.ExceptionsAttribute;
import javassist.bytecode.FieldInfo;
import javassist.bytecode.MethodInfo;
import javassist.bytecode.SignatureAttribute;
import javassist.bytecode.annotation.Annotation;

/**
 * The signatures of types as text, to be kept and compared: a line for each type and, below it, one
 * for each member that others can use. Names and descriptors are those of class files.
 *
 * <pre>
 * public abstract interface dev.berth.host.Console extends java.lang.Object since 0.1
 *   public abstract input ()Ljava/io/InputStream;
 * </pre>
 */
final class ApiText {
  /** Records have them anew, with the same meaning to programs. */
  private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

  private ApiText() {}

  static String of(List<ClassFile> types) {
    return types.stream().map(ApiText::type).collect(Collectors.joining("\n"));
  }

  private static String type(ClassFile type) {
    List<String> members = new ArrayList<>();
    for (FieldInfo field : type.getFields()) {
      if (ApiFlag.isVisible(field.getAccessFlags())) {
        members.add(field(field));
      }
    }
    for (MethodInfo method : type.getMethods()) {
      if (ApiFlag.isVisible(method.getAccessFlags())
          && !OF_EVERY_OBJECT.contains(method.getName())) {
        members.add(method(method));
      }
    }
    return Stream.concat(Stream.of(head(type)), members.stream().sorted())
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private static String head(ClassFile type) {
    int nested = type.getInnerAccessFlags();
    int bits = nested < 0 ? type.getAccessFlags() : nested;
    return ApiFlag.words(bits & ~ApiFlag.VARARGS.bit)
        + (type.getAttribute("PermittedSubclasses") == null ? "" : "sealed ")
        + ((bits & (ApiFlag.INTERFACE.bit | ApiFlag.ENUM.bit)) == 0 ? "class " : "")
        + type.getName()
        + " extends "
        + type.getSuperclass()
        + list("implements", type.getInterfaces())
        + generic(type.getAttribute(SignatureAttribute.tag))
        + since(type);
  }

  private static String since(ClassFile type) {
    if (type.getAttribute(AnnotationsAttribute.invisibleTag)
        instanceof AnnotationsAttribute annotations) {
      Annotation api = annotations.getAnnotation(Api.class.getName());
      return api == null
          ? ""
          : " since " + api.getMemberValue("since").toString().replace("\"", "");
    }
    return "";
  }

  private static String field(FieldInfo field) {
    return "  "
        + ApiFlag.words(field.getAccessFlags() & ~ApiFlag.VARARGS.bit & ~ApiFlag.ENUM.bit)
        + field.getName()
        + " "
        + field.getDescriptor()
        + generic(field.getAttribute(SignatureAttribute.tag))
        + constant(field);
  }

  private static String method(MethodInfo method) {
    ExceptionsAttribute exceptions = method.getExceptionsAttribute();
    return "  "
        + ApiFlag.words(method.getAccessFlags())
        + method.getName()
        + " "
        + method.getDescriptor()
        + generic(method.getAttribute(SignatureAttribute.tag))
        + list("throws", exceptions == null ? new String[0] : exceptions.getExceptions());
  }

  private static String list(String word, String... names) {
    return names.length == 0
        ? ""
        : " " + word + " " + Arrays.stream(names).sorted().collect(Collectors.joining(","));
  }

  private static String generic(AttributeInfo signature) {
    return signature instanceof SignatureAttribute known ? " generic " + known.getSignature() : "";
  }

  /** Compilers copy constants into the programs that use them. */
  private static String constant(FieldInfo field) {
    int index = field.getConstantValue();
    if (index == 0 || (field.getAccessFlags() & AccessFlag.STATIC) == 0) {
      return "";
    }
    return " = " + field.getConstPool().getLdcValue(index);
  }
}
