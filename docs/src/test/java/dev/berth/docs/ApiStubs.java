package dev.berth.docs;

import java.util.ArrayList;
import java.util.List;
import javassist.bytecode.ClassFile;
import javassist.bytecode.ConstPool;
import javassist.bytecode.DuplicateMemberException;
import javassist.bytecode.ExceptionsAttribute;
import javassist.bytecode.FieldInfo;
import javassist.bytecode.InnerClassesAttribute;
import javassist.bytecode.MethodInfo;
import javassist.bytecode.SignatureAttribute;

/** Classes with the signatures of an {@link ApiText}, and without code. */
final class ApiStubs {
  private final List<ClassFile> types = new ArrayList<>();

  private ApiStubs() {}

  static List<ClassFile> of(String text) {
    ApiStubs stubs = new ApiStubs();
    text.lines().filter(line -> !line.isBlank()).map(ApiLine::of).forEach(stubs::add);
    return stubs.types;
  }

  private void add(ApiLine line) {
    if (line.isType()) {
      types.add(type(line));
      return;
    }
    ClassFile type = types.get(types.size() - 1);
    try {
      if (line.isMethod()) {
        type.addMethod(method(type.getConstPool(), line));
      } else {
        type.addField(field(type.getConstPool(), line));
      }
    } catch (DuplicateMemberException e) {
      throw new IllegalArgumentException(type.getName() + " has " + line.name() + " twice", e);
    }
  }

  private static ClassFile type(ApiLine line) {
    boolean isInterface = (line.bits() & ApiFlag.INTERFACE.bit) != 0;
    ClassFile type = new ClassFile(isInterface, line.name(), line.clauses().get("extends"));
    type.setAccessFlags(line.bits() & ~ApiFlag.STATIC.bit);
    type.setInterfaces(line.names("implements"));
    if (line.clauses().containsKey("generic")) {
      type.addAttribute(generic(type.getConstPool(), line));
    }
    int dollar = line.name().lastIndexOf('$');
    if (dollar > 0) {
      InnerClassesAttribute nested = new InnerClassesAttribute(type.getConstPool());
      nested.append(
          line.name(),
          line.name().substring(0, dollar),
          line.name().substring(dollar + 1),
          line.bits());
      type.addAttribute(nested);
    }
    return type;
  }

  private static FieldInfo field(ConstPool pool, ApiLine line) {
    FieldInfo field = new FieldInfo(pool, line.name(), line.descriptor());
    field.setAccessFlags(line.bits());
    if (line.clauses().containsKey("generic")) {
      field.addAttribute(generic(pool, line));
    }
    return field;
  }

  private static MethodInfo method(ConstPool pool, ApiLine line) {
    MethodInfo method = new MethodInfo(pool, line.name(), line.descriptor());
    method.setAccessFlags(line.bits());
    if (line.clauses().containsKey("generic")) {
      method.addAttribute(generic(pool, line));
    }
    if (line.clauses().containsKey("throws")) {
      ExceptionsAttribute exceptions = new ExceptionsAttribute(pool);
      exceptions.setExceptions(line.names("throws"));
      method.setExceptionsAttribute(exceptions);
    }
    return method;
  }

  private static SignatureAttribute generic(ConstPool pool, ApiLine line) {
    return new SignatureAttribute(pool, line.clauses().get("generic"));
  }
}
