-- +goose Up
create table order_lines (
  order_id bigint not null references orders (id),
  position int not null,
  article text not null,
  primary key (order_id, position)
);
-- +goose Down
drop table order_lines;
