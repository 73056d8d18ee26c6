// Grafana's types as they look in JSON.
import type {
  AnnotationQuery, Dashboard, FieldConfig, FieldConfigSource, Panel, RowPanel, VariableModel,
} from './node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen';

// Enumerations are written as their values.
type Plain<T> = T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends Array<infer Item> ? Array<Plain<Item>>
  : T extends object ? { [Key in keyof T]: Plain<T[Key]> }
  : T;

type Fields<Custom> = Omit<FieldConfigSource, 'defaults'> & {
  defaults: Omit<FieldConfig, 'custom'> & { custom: Custom };
};

export type Drawn<Options, Custom> = Plain<
  Omit<Panel, 'options' | 'fieldConfig'> & { options: Options; fieldConfig?: Fields<Custom> }
>;
export type Heading = Plain<RowPanel>;
export type Frame = Plain<Omit<Dashboard, 'panels' | 'annotations' | 'templating'>>;
export type Variables = Array<Plain<VariableModel>>;
// The last four are what a Prometheus data source adds.
export type Annotations = Array<
  Plain<AnnotationQuery> & { expr: string; step: string; titleFormat: string; textFormat?: string }
>;
