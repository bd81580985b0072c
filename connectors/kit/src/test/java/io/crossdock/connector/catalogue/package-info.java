/** Tests of the room of the same name. */
@NullMarked
package io.crossdock.connector.catalogue;

import org.jspecify.annotations.NullMarked;
