package dev.berth.generator.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** A short constructor and a builder for a record some of whose components may be left out. */
final class BuilderWriter {
  private final Docs docs;

  BuilderWriter(Docs docs) {
    this.docs = docs;
  }

  /** Adds both to that record, if it has a use for them. */
  void add(TypeSpec.Builder type, ClassName name, List<Component> components) {
    List<Component> mandatory = components.stream().filter(c -> !c.optional()).toList();
    if (mandatory.size() == components.size()) {
      return;
    }
    ClassName builder = name.nestedClass("Builder");
    MethodSpec.Builder start =
        MethodSpec.methodBuilder("builder")
            .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
            .addJavadoc("A builder with what is mandatory.")
            .returns(builder)
            .addStatement("return new $T($L)", builder, names(mandatory));
    mandatory.forEach(c -> start.addParameter(c.plain(), c.name()));
    type.addMethod(shortConstructor(components))
        .addMethod(start.build())
        .addType(builder(name, builder, components, mandatory));
  }

  private static MethodSpec shortConstructor(List<Component> components) {
    MethodSpec.Builder constructor =
        MethodSpec.constructorBuilder()
            .addModifiers(Modifier.PUBLIC)
            .addJavadoc("One with what is mandatory only.");
    components.stream()
        .filter(component -> !component.optional())
        .forEach(component -> constructor.addParameter(component.plain(), component.name()));
    CodeBlock values =
        components.stream()
            .map(
                component ->
                    component.optional()
                        ? CodeBlock.of("$T.empty()", Optional.class)
                        : CodeBlock.of("$L", component.name()))
            .collect(CodeBlock.joining(", "));
    return constructor.addStatement("this($L)", values).build();
  }

  private TypeSpec builder(
      ClassName name, ClassName builder, List<Component> components, List<Component> mandatory) {
    TypeSpec.Builder type =
        TypeSpec.classBuilder(builder)
            .addModifiers(Modifier.PUBLIC, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc("What is not set is left out. For one thread.");
    MethodSpec.Builder constructor = MethodSpec.constructorBuilder().addModifiers(Modifier.PRIVATE);
    for (Component component : components) {
      FieldSpec.Builder field =
          FieldSpec.builder(Types.declared(component), component.name(), Modifier.PRIVATE);
      if (component.optional()) {
        field.initializer("$T.empty()", Optional.class);
      } else {
        field.addModifiers(Modifier.FINAL);
        constructor
            .addParameter(component.plain(), component.name())
            .addStatement("this.$1L = $1L", component.name());
      }
      type.addField(field.build());
    }
    type.addMethod(constructor.build());
    components.stream()
        .filter(Component::optional)
        .forEach(component -> type.addMethod(setter(builder, component)));
    return type.addMethod(
            MethodSpec.methodBuilder("build")
                .addModifiers(Modifier.PUBLIC)
                .addJavadoc("The record.")
                .returns(name)
                .addStatement("return new $T($L)", name, names(components))
                .build())
        .build();
  }

  private MethodSpec setter(ClassName builder, Component component) {
    return MethodSpec.methodBuilder(component.name())
        .addModifiers(Modifier.PUBLIC)
        .addJavadoc(
            "$L", "Sets {@code " + component.wire() + "}: " + docs.component(component) + ".")
        .addParameter(component.plain(), component.name())
        .returns(builder)
        .addStatement("this.$1L = $2T.of($1L)", component.name(), Optional.class)
        .addStatement("return this")
        .build();
  }

  private static String names(List<Component> components) {
    return components.stream().map(Component::name).collect(Collectors.joining(", "));
  }
}
