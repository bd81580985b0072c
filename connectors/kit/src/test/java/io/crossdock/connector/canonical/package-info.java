/** Tests of the room of the same name. */
@NullMarked
package io.crossdock.connector.canonical;

import org.jspecify.annotations.NullMarked;
