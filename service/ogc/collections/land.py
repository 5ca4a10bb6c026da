"""Land as it was handed over: parcels, buildings and barriers."""

from service.ogc.collections.collection import ABOUT_CRS, Collection
from service.ogc.collections.columns import properties_of
from service.ogc.sources.stored import Stored
from service.store.layers import BARRIERS as BARRIER_LAYER
from service.store.layers import BUILDINGS as BUILDING_LAYER
from service.store.layers import PARCELS as PARCEL_LAYER

PARCELS = Collection(
    "parcels",
    "Parcels 宗地",
    f"Cadastral parcels as the land register handed them over. 国土部门交付的宗地。 {ABOUT_CRS}",
    Stored(PARCEL_LAYER),
    properties_of(
        PARCEL_LAYER,
        {
            "code": "Parcel code 宗地代码",
            "district": "District 区域",
            "town": "Town or subdistrict 镇街",
            "name": "Name 名称",
            "land_use": "Land use 土地用途",
            "registered_area_m2": "Registered area, m² 登记面积",
            "approved_area_m2": "Approved area, m² 批准面积",
            "contract_area_m2": "Contract area, m² 合同面积",
            "surveyed_area_m2": "Surveyed area, m² 实测面积",
            "occupied_area_m2": "Occupied area, m² 占用面积",
            "geodesic_area_m2": "Geodesic area of the geometry, m² 图形椭球面积",
            "floor_area_m2": "Floor area, m² 建筑面积",
            "footprint_area_m2": "Ground covered by buildings, m² 建筑占地面积",
            "far": "Floor-area ratio 容积率",
            "far_limit": "Upper limit of the floor-area ratio 容积率上限",
            "unit_code": "Real-estate unit 不动产单元号",
            "holder": "Holder of the title 权利人",
            "far_min": "Lower limit of the floor-area ratio 容积率下限",
            "coverage_min": "Least building coverage, 0…1 建筑密度下限",
            "coverage_max": "Largest building coverage, 0…1 建筑密度上限",
            "green_min": "Least green ratio, 0…1 绿地率下限",
            "green_max": "Largest green ratio, 0…1 绿地率上限",
            "height_max_m": "Greatest height of buildings, m 限高",
        },
    ),
    frozenset({"code", "district", "town", "name", "land_use"}),
    frozenset({"code", "name"}),
)

BUILDINGS = Collection(
    "buildings",
    "Buildings 建筑物",
    "Buildings as surveyed, with the parcel that they were handed over for. "
    f"测绘的建筑物，含交付时注明的宗地代码。 {ABOUT_CRS}",
    Stored(BUILDING_LAYER),
    properties_of(
        BUILDING_LAYER,
        {
            "code": "Building code 建筑物代码",
            "parcel_code": "Parcel code, as handed over 所在宗地代码",
            "name": "Name 名称",
            "use": "Use 用途",
            "floors": "Floors 层数",
            "floor_area_m2": "Floor area, m² 建筑面积",
            "footprint_area_m2": "Ground covered, m² 建筑占地面积",
            "height_m": "Height, m 建筑高度",
            "completed_on": "Completed on 竣工日期",
            "geodesic_area_m2": "Geodesic area of the outline, m² 图形椭球面积",
        },
    ),
    frozenset({"code", "parcel_code", "name", "use", "floors", "height_m"}),
    frozenset({"code", "name", "floors"}),
)

BARRIERS = Collection(
    "barriers",
    "Barriers 阻隔",
    "Rivers, railways, expressways and boundaries, lines or polygons, across which low-efficiency parcels "
    f"make no block. 河流、铁路、高速公路、界线等线状或面状阻隔，两侧低效用地不连片。 {ABOUT_CRS}",
    Stored(BARRIER_LAYER),
    properties_of(
        BARRIER_LAYER,
        {
            "code": "Code 编号",
            "kind": "river, railway, expressway, boundary or other 类型",
            "name": "Name 名称",
        },
    ),
    frozenset({"code", "kind", "name"}),
    frozenset({"code", "kind", "name"}),
    lines=True,
)
