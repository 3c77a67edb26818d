package dev.berth.generator.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;

/**
 * A union: a sealed interface with the members of its base, a record for each branch, {@code Plain}
 * for the kinds that have no members of their own, and {@code Unknown} for what a later QEMU adds.
 */
final class UnionWriter {
  private final Model model;
  private final Types types;
  private final Docs docs;
  private final RecordWriter records;
  private final BuilderWriter builders;

  UnionWriter(Model model, Types types, Docs docs) {
    this.model = model;
    this.types = types;
    this.docs = docs;
    this.records = new RecordWriter(types, docs);
    this.builders = new BuilderWriter(docs);
  }

  /**
   * What the parts of one union need.
   *
   * @param union its facts
   * @param name its interface
   * @param tag the discriminator
   * @param kind the enumeration of its values
   * @param base the other members that all variants have
   */
  private record Shape(
      Definition union, ClassName name, Component tag, Definition kind, List<Component> base) {}

  TypeSpec write(Definition union) {
    Shape shape = shape(union);
    TypeSpec.Builder type =
        TypeSpec.interfaceBuilder(shape.name())
            .addModifiers(Modifier.PUBLIC, Modifier.SEALED)
            .addSuperinterface(Types.VALUE)
            .addJavadoc("$L", docs.type(union));
    for (Component component : all(shape)) {
      type.addMethod(
          MethodSpec.methodBuilder(component.name())
              .addModifiers(Modifier.PUBLIC, Modifier.ABSTRACT)
              .addJavadoc("$L", sentence(docs.component(component)))
              .returns(component == shape.tag() ? component.plain() : Types.declared(component))
              .build());
    }
    type.addMethod(
        MethodSpec.methodBuilder("encode")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PUBLIC, Modifier.ABSTRACT)
            .returns(Types.OBJECT)
            .build());
    type.addMethod(read(shape));
    union.branches().values().forEach(branch -> type.addType(variant(shape, branch)));
    if (!plainValues(shape).isEmpty()) {
      type.addType(plain(shape));
    }
    if (hasUntagged(shape)) {
      type.addType(untagged(shape));
    }
    return type.addType(unknown(shape)).build();
  }

  private boolean hasUntagged(Shape shape) {
    return !model.isInput(shape.union())
        && UntaggedMembers.areKnown(shape.union(), shape.tag().item());
  }

  private Shape shape(Definition union) {
    String discriminator = union.discriminator().orElseThrow();
    Stream<Model.Owned> members = model.members(union).stream();
    List<Component> components = types.components(members.toList(), union);
    Component tag =
        components.stream().filter(c -> c.wire().equals(discriminator)).findFirst().orElseThrow();
    Definition kind = model.definition(tag.item().type().orElseThrow().name());
    List<Component> base = components.stream().filter(c -> c != tag).toList();
    return new Shape(union, types.of(union), tag, kind, base);
  }

  private static List<Component> all(Shape shape) {
    var all = new ArrayList<Component>();
    all.add(shape.tag());
    all.addAll(shape.base());
    return all;
  }

  private MethodSpec read(Shape shape) {
    CodeBlock.Builder cases = CodeBlock.builder();
    for (Item branch : shape.union().branches().values()) {
      cases.add("case $S -> $T.read(object);\n", branch.name(), variantName(shape, branch));
    }
    List<Item> plain = plainValues(shape);
    if (!plain.isEmpty()) {
      CodeBlock words =
          plain.stream().map(v -> CodeBlock.of("$S", v.name())).collect(CodeBlock.joining(",\n"));
      cases.add("case $L -> $T.read(object);\n", words, shape.name().nestedClass("Plain"));
    }
    if (hasUntagged(shape)) {
      cases.add("case $S -> $T.read(object);\n", "", shape.name().nestedClass("Untagged"));
    }
    cases.add("default -> new $T(object);\n", shape.name().nestedClass("Unknown"));
    return MethodSpec.methodBuilder("read")
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .addJavadoc(
            "Reads one; members that it does not know are ignored.\n\n"
                + "@throws dev.berth.json.MalformedReplyException when a mandatory member is"
                + " missing or one is of another type")
        .addParameter(Types.NODE, "value")
        .returns(shape.name())
        .addStatement("$T object = $T.object(value)", Types.OBJECT, Types.WIRE)
        .addCode(
            "return switch ($T.tag(object, $S)) {\n$>$L$<};\n",
            Types.WIRE,
            shape.tag().wire(),
            cases.build())
        .build();
  }

  private static ClassName variantName(Shape shape, Item branch) {
    return shape.name().nestedClass(JavaNames.variant(branch.name(), shape.name().simpleName()));
  }

  /** The values of the discriminator that have no branch. */
  private static List<Item> plainValues(Shape shape) {
    return shape.kind().members().values().stream()
        .filter(value -> !shape.union().branches().containsKey(value.name()))
        .toList();
  }

  private TypeSpec variant(Shape shape, Item branch) {
    Definition content = model.definition(branch.type().orElseThrow().name());
    ClassName name = variantName(shape, branch);
    if (content.kind() == Kind.UNION) {
      return unionVariant(shape, branch, name, content);
    }
    Set<String> inherited = new HashSet<>();
    all(shape).forEach(component -> inherited.add(component.wire()));
    Definition within =
        content.withHistory(
            branch.history().in().isEmpty()
                ? content.history()
                : content.history().withIn(branch.history().in()));
    List<Model.Owned> own =
        model.members(content).stream()
            .filter(member -> !inherited.contains(member.item().name()))
            .toList();
    boolean late = cameLate(shape, branch) && !model.isInput(shape.union());
    List<Component> components =
        Stream.concat(
                shape.base().stream(),
                types.components(own, within).stream().map(c -> late ? c.orAbsent() : c))
            .toList();
    TypeSpec.Builder type =
        records
            .record(
                name, components, docs.branch(shape.union(), branch.name(), Optional.of(content)))
            .addSuperinterface(shape.name())
            .addMethod(tagOf(shape, branch))
            .addMethod(records.read(name, components))
            .addMethod(RecordWriter.encode("encode", tagged(shape, branch), components));
    if (model.isInput(shape.union())) {
      builders.add(type, name, components);
    }
    return type.build();
  }

  /** Whether some version has the kind without the branch, and so without its members. */
  private static boolean cameLate(Shape shape, Item branch) {
    Set<String> before = new HashSet<>(shape.union().history().in());
    before.retainAll(shape.kind().members().get(branch.name()).history().in());
    return !branch.history().in().containsAll(before);
  }

  /** A branch that is a union of its own: its members stand beside those of the base. */
  private TypeSpec unionVariant(Shape shape, Item branch, ClassName name, Definition content) {
    ClassName inner = types.of(content);
    if (!shape.base().isEmpty()) {
      throw new IllegalArgumentException(shape.union().name() + " has a base and a union branch");
    }
    return RecordWriter.start(name)
        .addSuperinterface(shape.name())
        .addJavadoc(
            "$L\n\n@param options the members beside it",
            docs.branch(shape.union(), branch.name(), Optional.of(content)))
        .recordConstructor(MethodSpec.constructorBuilder().addParameter(inner, "options").build())
        .addMethod(tagOf(shape, branch))
        .addMethod(
            MethodSpec.methodBuilder("read")
                .addModifiers(Modifier.STATIC, Modifier.PUBLIC)
                .addJavadoc("Reads one.")
                .addParameter(Types.NODE, "value")
                .returns(name)
                .addStatement("return new $T($T.read(value))", name, inner)
                .build())
        .addMethod(
            MethodSpec.methodBuilder("encode")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(Types.OBJECT)
                .addStatement("$T object = $T.object()", Types.OBJECT, Types.JSON)
                .addCode(tagged(shape, branch))
                .addStatement("object.setAll(options.encode())")
                .addStatement("return object")
                .build())
        .build();
  }

  private MethodSpec tagOf(Shape shape, Item branch) {
    return MethodSpec.methodBuilder(shape.tag().name())
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .returns(shape.tag().plain())
        .addStatement("return $T.$L", shape.tag().plain(), JavaNames.constant(branch.name()))
        .build();
  }

  private static CodeBlock tagged(Shape shape, Item branch) {
    return CodeBlock.of("object.put($S, $S);\n", shape.tag().wire(), branch.name());
  }

  private TypeSpec plain(Shape shape) {
    ClassName name = shape.name().nestedClass("Plain");
    Component tag = shape.tag();
    var always = new Component(tag.item(), tag.owner(), tag.name(), tag.plain(), false);
    List<Component> components = Stream.concat(Stream.of(always), shape.base().stream()).toList();
    TypeSpec.Builder type =
        records
            .record(name, components, "A kind without members of its own.")
            .addSuperinterface(shape.name())
            .addMethod(records.read(name, components))
            .addMethod(RecordWriter.encode("encode", CodeBlock.of(""), components));
    if (model.isInput(shape.union())) {
      builders.add(type, name, components);
    }
    return type.build();
  }

  private TypeSpec untagged(Shape shape) {
    ClassName name = shape.name().nestedClass("Untagged");
    List<Component> components =
        new UntaggedMembers(model, types).of(shape.union(), shape.base(), shape.tag().item());
    return records
        .record(
            name,
            components,
            "As versions tell it that have no {@code " + shape.tag().wire() + "} yet.")
        .addSuperinterface(shape.name())
        .addMethod(
            accessor(shape.tag().name(), shape.tag().plain())
                .addStatement("return new $T($S)", shape.tag().plain(), "")
                .build())
        .addMethod(records.read(name, components))
        .addMethod(RecordWriter.encode("encode", CodeBlock.of(""), components))
        .build();
  }

  private TypeSpec unknown(Shape shape) {
    TypeSpec.Builder type =
        RecordWriter.start(shape.name().nestedClass("Unknown"))
            .addSuperinterface(shape.name())
            .addJavadoc("A kind that a later QEMU adds.\n\n@param value as it came")
            .recordConstructor(
                MethodSpec.constructorBuilder().addParameter(Types.OBJECT, "value").build())
            .addMethod(
                accessor(shape.tag().name(), shape.tag().plain())
                    .addStatement(
                        "return new $T($T.tag(value, $S))",
                        shape.tag().plain(),
                        Types.WIRE,
                        shape.tag().wire())
                    .build());
    for (Component component : shape.base()) {
      type.addMethod(
          accessor(component.name(), Types.declared(component))
              .addStatement("return $L", types.read(component, "value"))
              .build());
    }
    return type.addMethod(
            accessor("encode", Types.OBJECT).addStatement("return value.deepCopy()").build())
        .build();
  }

  private static MethodSpec.Builder accessor(String name, com.palantir.javapoet.TypeName type) {
    return MethodSpec.methodBuilder(name)
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .returns(type);
  }

  static String sentence(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
  }
}
