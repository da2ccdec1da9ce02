package io.walex.reactive.event;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.walex.reactive.codec.PgType;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** By which names {@link Row#as} and {@link Row#get(String, Class)} find properties in rows, JSON and composites. */
class PropertyNamesTests {

    private static final int TEXT = 25;
    private static final int JSONB = 3802;
    private static final int SNAKE = 90_000;
    private static final int CAMEL = 90_001;

    private static final TypeRegistry TYPES = TypeRegistry.builder()
            .types(List.of(
                    PgType.composite(SNAKE, "public", "snake", List.of(new PgType.Attribute("zip_code", TEXT, -1))),
                    PgType.composite(CAMEL, "public", "camel", List.of(new PgType.Attribute("zipCode", TEXT, -1)))))
            .build();

    record Text(String name, int type, String value) {}

    record Address(@Nullable String zipCode) {}

    record Person(@Nullable Address homeAddress) {}

    record People(List<Address> homeAddress) {}

    static class AddressBean {

        @Nullable
        public String zipCode;
    }

    static class PersonBean {

        private @Nullable AddressBean address;

        public void setHomeAddress(AddressBean address) {
            this.address = address;
        }

        @Nullable
        String zipCode() {
            return address == null ? null : address.zipCode;
        }
    }

    static class Flat {

        @JsonUnwrapped(prefix = "home_")
        public @Nullable AddressBean address;
    }

    record Created(@Nullable String createdAt) {}

    record CreatedTwice(String createdAt, String created_at) {}

    record CreatedNumber(int createdAt) {}

    record Annotated(@JsonProperty("createdAt") @Nullable String time) {}

    record Ambiguous(String userId, String userID) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes(@JsonSubTypes.Type(value = Square.class, name = "square"))
    sealed interface Shape permits Square {}

    record Square(int sideLength) implements Shape {}

    record Drawing(Shape shape) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
    @JsonSubTypes({@JsonSubTypes.Type(Bar.class), @JsonSubTypes.Type(Disc.class)})
    sealed interface Deduced permits Bar, Disc {}

    record Bar(String barLength) implements Deduced {}

    record Disc(String outerRadius, @Nullable Deduced innerPart) implements Deduced {}

    @Test
    void eitherSpellingAtEveryLevel() {
        for (String name : List.of("homeAddress", "home_address")) {
            for (Text address : List.of(
                    new Text(name, JSONB, "{\"zipCode\":\"1\"}"),
                    new Text(name, JSONB, "{\"zip_code\":\"1\"}"),
                    new Text(name, CAMEL, "(1)"),
                    new Text(name, SNAKE, "(1)"))) {
                Row row = row(address);
                assertThat(row.as(Person.class)).as("%s", address).isEqualTo(new Person(new Address("1")));
                assertThat(row.get(name, Address.class)).as("%s", address).isEqualTo(new Address("1"));
                assertThat(row.as(PersonBean.class).zipCode()).as("%s", address).isEqualTo("1");
            }
            Row row = row(new Text(name, JSONB, "[{\"zipCode\":\"1\"},{\"zip_code\":\"2\"},{}]"));
            assertThat(row.as(People.class).homeAddress())
                    .containsExactly(new Address("1"), new Address("2"), new Address(null));
        }
    }

    @Test
    void subtypesThatTheirPropertiesTell() {
        Deduced disc = new Disc("2", new Bar("1"));
        for (String part : List.of("{\"barLength\":\"1\"}", "{\"bar_length\":\"1\"}")) {
            assertThat(row(new Text("outer_radius", TEXT, "2"), new Text("inner_part", JSONB, part))
                            .as(Deduced.class))
                    .isEqualTo(disc);
            assertThat(row(new Text("outerRadius", TEXT, "2"), new Text("innerPart", JSONB, part))
                            .as(Deduced.class))
                    .isEqualTo(disc);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row(new Text("other_radius", TEXT, "2")).as(Deduced.class))
                .withMessageEndingWith("no single subtype of %s fits".formatted(Deduced.class.getName()));
    }

    @Test
    void subtypes() {
        for (String shape : List.of(
                "{\"kind\":\"square\",\"sideLength\":2}",
                "{\"kind\":\"square\",\"side_length\":2}",
                "{\"side_length\":2,\"kind\":\"square\"}")) {
            Row row = row(new Text("shape", JSONB, shape));
            assertThat(row.as(Drawing.class)).as(shape).isEqualTo(new Drawing(new Square(2)));
            assertThat(row.get("shape", Shape.class)).as(shape).isEqualTo(new Square(2));
        }
    }

    @Test
    void unwrappedProperties() {
        for (String name : List.of("home_zipCode", "home_zip_code")) {
            AddressBean address = row(new Text(name, TEXT, "1")).as(Flat.class).address;
            assertThat(requireNonNull(address).zipCode).as(name).isEqualTo("1");
        }
    }

    @Test
    void thePropertysNameWinsOverItsSnakeCase() {
        Text camel = new Text("createdAt", TEXT, "camel");
        Text snake = new Text("created_at", TEXT, "snake");
        for (Row row : List.of(row(camel, snake), row(snake, camel))) {
            assertThat(row.as(Created.class)).isEqualTo(new Created("camel"));
            assertThat(row.as(CreatedTwice.class)).isEqualTo(new CreatedTwice("camel", "snake"));
        }
        for (String json :
                List.of("{\"zipCode\":\"1\",\"zip_code\":\"2\"}", "{\"zip_code\":\"2\",\"zipCode\":\"1\"}")) {
            assertThat(row(new Text("address", JSONB, json)).get("address", Address.class))
                    .isEqualTo(new Address("1"));
        }
    }

    @Test
    void anAnnotationGivesTheOnlyName() {
        assertThat(row(new Text("createdAt", TEXT, "a")).as(Annotated.class)).isEqualTo(new Annotated("a"));
        assertThat(row(new Text("created_at", TEXT, "a")).as(Annotated.class)).isEqualTo(new Annotated(null));
        assertThat(row(new Text("time", TEXT, "a")).as(Annotated.class)).isEqualTo(new Annotated(null));
    }

    @Test
    void propertiesThatSnakeCaseCannotTellApartAreAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row(new Text("user_id", TEXT, "a")).as(Ambiguous.class))
                .withMessageContaining("\"user_id\"")
                .withMessageContaining("@JsonProperty");
    }

    @Test
    void failuresNameTheColumnAsItIsSpelled() {
        for (String name : List.of("createdAt", "created_at")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> row(new Text(name, TEXT, "a")).as(CreatedNumber.class))
                    .withMessageContaining("column \"" + name + "\": Cannot convert");
        }
    }

    private static Row row(Text... columns) {
        List<RelationColumn> described = new ArrayList<>();
        Frames frames = Frames.message('I').int32(1).letter('N').columns(columns.length);
        for (Text column : columns) {
            described.add(new RelationColumn(column.name(), true, column.type(), -1));
            frames.text(column.value());
        }
        Relation relation = new Relation(0, 1, "public", "t", ReplicaIdentity.DEFAULT, described);
        Table table = new Table(relation, TYPES, new StreamIdentity("test", "1", "db"), new RecurringValues());
        PgOutputMessage.Insert insert = (PgOutputMessage.Insert) PgOutputDecoder.decode(frames.buffer(), false, 1);
        TransactionSignal.Begin begin = new TransactionSignal.Begin(Lsn.of(1), Instant.EPOCH, 7, null);
        return Event.insert(begin, 0, table, insert.newTuple()).newRecord();
    }
}
