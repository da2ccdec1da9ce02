/** Spring Boot: an instance and its handlers from properties, their lifecycle, what went wrong at the start, health. */
@NullMarked
package io.walex.reactive.spring;

import org.jspecify.annotations.NullMarked;
