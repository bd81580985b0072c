@NullMarked
package io.crossdock.ledger.registry;

import org.jspecify.annotations.NullMarked;
