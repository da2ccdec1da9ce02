package io.walex.reactive.codec;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Turns a binary {@code tsquery}, operators before their operands, the right one first, into PostgreSQL's text.
 * Iterative: a query may nest deeper than a thread's stack.
 */
final class TsQueryReader {

    private static final int VALUE = 1;
    private static final int NOT = 1;
    private static final int AND = 2;
    private static final int OR = 3;
    private static final int PHRASE = 4;
    private static final int OPERAND_PRIORITY = 6;

    private final BinaryCursor cursor;

    TsQueryReader(BinaryCursor cursor) {
        this.cursor = cursor;
    }

    private record Token(int operator, int distance, String text) {}

    private record Term(String text, int priority, int operator) {}

    String read() {
        int count = cursor.count(3);
        List<Token> tokens = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tokens.add(token());
        }
        Deque<Term> terms = new ArrayDeque<>();
        for (int i = count - 1; i >= 0; i--) {
            terms.push(term(tokens.get(i), terms));
        }
        if (terms.size() > 1) {
            throw new IllegalArgumentException("a tsquery with operands to spare");
        }
        return terms.isEmpty() ? "" : terms.pop().text();
    }

    private Token token() {
        if (cursor.int8() == VALUE) {
            int weight = cursor.int8();
            boolean prefix = cursor.int8() != 0;
            return new Token(0, 0, operand(cursor.terminatedText(), weight, prefix));
        }
        int operator = cursor.int8();
        return new Token(operator, operator == PHRASE ? cursor.int16() : 0, "");
    }

    private static String operand(String lexeme, int weight, boolean prefix) {
        StringBuilder text = new StringBuilder();
        TextSearchCodecs.appendQuoted(text, lexeme);
        if (weight != 0 || prefix) {
            text.append(':').append(prefix ? "*" : "");
            for (int bit = 3; bit >= 0; bit--) {
                text.append((weight & 1 << bit) != 0 ? String.valueOf("DCBA".charAt(bit)) : "");
            }
        }
        return text.toString();
    }

    private static Term term(Token token, Deque<Term> operands) {
        int priority = priority(token.operator());
        if (token.operator() == 0) {
            return new Term(token.text(), priority, 0);
        }
        if (operands.size() < (token.operator() == NOT ? 1 : 2)) {
            throw new IllegalArgumentException("a tsquery with too few operands");
        }
        if (token.operator() == NOT) {
            Term operand = operands.pop();
            return new Term("!" + within(operand, operand.priority() < priority), priority, NOT);
        }
        Term right = operands.pop();
        Term left = operands.pop();
        boolean rightBracketed = right.priority() < priority
                // a <-> (b <-> c) is not (a <-> b) <-> c
                || token.operator() == PHRASE && right.operator() == PHRASE;
        String text = within(left, left.priority() < priority) + sign(token) + within(right, rightBracketed);
        return new Term(text, priority, token.operator());
    }

    private static String within(Term term, boolean bracketed) {
        return bracketed ? "( " + term.text() + " )" : term.text();
    }

    private static int priority(int operator) {
        return switch (operator) {
            case 0 -> OPERAND_PRIORITY;
            case NOT -> 4;
            case PHRASE -> 3;
            case AND -> 2;
            case OR -> 1;
            default -> throw new IllegalArgumentException("an unknown operator of a tsquery");
        };
    }

    private static String sign(Token token) {
        return switch (token.operator()) {
            case AND -> " & ";
            case OR -> " | ";
            default -> token.distance() == 1 ? " <-> " : " <" + token.distance() + "> ";
        };
    }
}
