package dev.memalloc.benchmarks.collections;

import java.util.OptionalLong;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;
import org.mapdb.StoreDirect;

/** MapDB's hash map, in a database in direct buffers. */
final class MapDb extends JavaMap {
    private final DB database;
    private final HTreeMap<String, String> map;

    MapDb() {
        this(DBMaker.memoryDirectDB().make());
    }

    private MapDb(DB database) {
        this(database, database.hashMap("benchmark", Serializer.STRING, Serializer.STRING).create());
    }

    private MapDb(DB database, HTreeMap<String, String> map) {
        super(map);
        this.database = database;
        this.map = map;
    }

    @Override
    public long size() {
        return map.sizeLong();
    }

    @Override
    public OptionalLong bytes() {
        return OptionalLong.of(((StoreDirect) database.getStore()).getTotalSize());
    }

    @Override
    public void close() {
        database.close();
    }
}
