/** The slot and the publication: made, checked, held and dropped. */
@NullMarked
package io.walex.reactive.setup;

import org.jspecify.annotations.NullMarked;
